"""`python -m tests.bench pages [--quick] [--json FILE]`: prints one table and the same as JSON; status 1: not measured."""

import argparse
import json
import sys
import time
from pathlib import Path

from tests.bench import pages
from tests.bench.measuring import NotMeasured
from tests.bench.telling import table

BENCHES = {"pages": pages.run}


def main() -> int:
    parser = argparse.ArgumentParser(prog="./portal bench", description="Measures the portal beside what it rests on.")
    parser.add_argument("what", choices=sorted(BENCHES), help="what to measure")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: at most a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the numbers to a file")
    arguments = parser.parse_args()
    begun = time.monotonic()
    try:
        report = BENCHES[arguments.what](quick=arguments.quick)
    except NotMeasured as problem:
        sys.stderr.write(f"Not measured: {problem}\n")
        return 1
    report["seconds"] = round(time.monotonic() - begun)
    written = json.dumps(report, indent=1)
    print(table(report))
    print(written)
    if arguments.json:
        arguments.json.write_text(written + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

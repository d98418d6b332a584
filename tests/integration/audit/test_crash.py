"""Writers and sealers killed at any moment leave a log that is whole."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from fhirportal.audit import seal, verify

HERE = str(Path(__file__).parent)
WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from audit_examples import a_row
from fhirportal.audit import Audit
from fhirportal.storage.engine import make_engine
audit = Audit(make_engine(sys.argv[1]))
print("go", flush=True)
while True:
    audit.write([a_row(), a_row()])
"""
SEALER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from fhirportal.audit import seal
from fhirportal.storage.engine import make_engine
engine = make_engine(sys.argv[1])
print("go", flush=True)
while True:
    seal(engine, Path(sys.argv[2]), datetime.now(UTC))
"""


def _start(code: str, *words: str) -> "subprocess.Popen[str]":
    child = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "go\n"
    return child


def test_two_writers_and_two_sealers_killed_together(engine: Engine, url: str, heads: Path) -> None:
    for pause in (0.15, 0.31):
        children = [_start(WRITER, url, HERE), _start(WRITER, url, HERE)]
        children += [_start(SEALER, url, str(heads)), _start(SEALER, url, str(heads))]
        time.sleep(pause)
        for child in children:
            child.send_signal(signal.SIGKILL)
        for child in children:
            child.communicate(timeout=30)
        report = verify(engine, heads)
        assert report.breaks == ()
        assert report.sealed > 0
    seal(engine, heads, datetime.now(UTC))
    report = verify(engine, heads)
    assert (report.breaks, report.unsealed) == ((), 0)

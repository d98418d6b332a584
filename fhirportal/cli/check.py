"""Looks at a FHIR server and says what its patients would get: which features, why not others, and what to change.

With a URL no settings are needed. With --hospital the settings' server is looked at, and what the hospital has not decided yet.
It only reads; what only a write would show is marked "by statement". Exit status: 0 the portal can run, 1 it can run with gaps
that matter, 2 it cannot run.
"""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fhirportal.cli.deployment import add_settings_argument, find_settings_file

if TYPE_CHECKING:
    from fhirportal.cli.check_report import Report
    from fhirportal.settings import Settings
    from fhirportal.upstream.doctor import Examination

SUMMARY = "say what a FHIR server's patients would get"
SECONDS = 10.0
SPARE = 0.5  # of that, for starting and printing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", nargs="?", help="base address of a FHIR R4 server")
    parser.add_argument("--hospital", metavar="SLUG", help="look at a hospital of the settings instead")
    add_settings_argument(parser)
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="N", help="most time for everything (default: 10)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--markdown", action="store_true", help="print Markdown")


def run(arguments: argparse.Namespace) -> int:
    """Prints one report; exit status as the module says."""
    if bool(arguments.url) == bool(arguments.hospital):
        return _refused("Name the address of a FHIR server, or a hospital of the settings with --hospital.")
    if not 1 <= arguments.seconds <= 120:
        return _refused("--seconds must be from 1 to 120.")
    return _check_hospital(arguments) if arguments.hospital else _check_url(arguments)


def _check_url(arguments: argparse.Namespace) -> int:
    from fhirportal.cli.check_report import make_report
    from fhirportal.settings import Secret, Settings
    from fhirportal.settings_checks import normalised_url

    typed = normalised_url(arguments.url.strip())
    base = typed.removesuffix("/metadata").removesuffix("/.well-known/smart-configuration").rstrip("/")
    if not _usable(base):
        return _refused("This is not an address that can be asked. Write it as https://fhir.example.org/r4")
    settings = Settings(public_url="http://localhost", master_key=Secret(""))
    seen = _look(settings, base, allow_private=True, seconds=arguments.seconds)
    return _print(arguments, make_report(seen, datetime.now(UTC)))


def _check_hospital(arguments: argparse.Namespace) -> int:
    """The settings may still have mistakes: those are part of the report."""
    from fhirportal.cli.check_decisions import list_decisions
    from fhirportal.cli.check_report import make_report
    from fhirportal.settings_file import read_leniently

    loaded, problems = read_leniently(find_settings_file(arguments.settings), os.environ)
    hospital = loaded.settings.hospitals.get(arguments.hospital)
    if hospital is None:
        known = ", ".join(loaded.settings.hospitals) or "none"
        return _refused(f"There is no hospital of this name in the settings. There are: {known}.", problems)
    if not _usable(hospital.fhir_base):
        return _refused("The settings give this hospital no usable fhir_base.", problems)
    seen = _look(loaded.settings, hospital.fhir_base, hospital.allow_private_addresses, arguments.seconds)
    decisions = list_decisions(hospital, loaded.sources, problems, seen.launch)
    return _print(arguments, make_report(seen, datetime.now(UTC), hospital, decisions))


def _usable(base: str) -> bool:
    from fhirportal.errors import UpstreamError
    from fhirportal.http.door import require_url

    try:
        require_url(base)
    except UpstreamError:
        return False
    return "?" not in base and "#" not in base


def _look(settings: "Settings", base: str, allow_private: bool, seconds: float) -> "Examination":
    from fhirportal.access.rules import table
    from fhirportal.cli.check_report import list_wanted
    from fhirportal.http import Door
    from fhirportal.upstream.doctor import Asker, examine
    from fhirportal.upstream.fanout import Fanout

    deadline = time.monotonic() + seconds - SPARE
    door, fanout = Door(settings), Fanout(threads=32)
    try:
        return examine(Asker(door, fanout, allow_private, deadline), base, list_wanted(table()))
    finally:
        fanout.close()
        door.close()


def _print(arguments: argparse.Namespace, report: "Report") -> int:
    from fhirportal.cli import check_print

    form = check_print.to_json if arguments.json else check_print.to_markdown if arguments.markdown else check_print.to_text
    try:
        sys.stdout.write(form(report))
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough; Python must not complain again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return report.status


def _refused(sentence: str, problems: list[str] | None = None) -> int:
    sys.stderr.write(sentence + "\n" + "".join(f"  - {problem}\n" for problem in problems or []))
    return 2

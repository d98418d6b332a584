"""Checks the audit log: is the hash chain whole, and how much at its end is not sealed yet."""

import argparse
import sys

from fhirportal.cli.deployment import add_settings_argument, load_settings

SUMMARY = "check the audit log"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    verify = actions.add_parser("verify", help="compare rows, seals and checkpoints")
    add_settings_argument(verify)


def run(arguments: argparse.Namespace) -> int:
    """Exit status 0: the chain is whole; 1: it has breaks, each on a line of its own; 2: it cannot be read."""
    from fhirportal.app import Parts
    from fhirportal.audit import HEADS_FILE, verify
    from fhirportal.errors import Unavailable

    settings = load_settings(arguments.settings)
    try:
        report = verify(Parts(settings).engine, settings.data_dir / HEADS_FILE)
    except Unavailable as problem:
        sys.stderr.write(f"The audit log cannot be read: {problem.reason}.\n")
        return 2
    print(f"{report.sealed} rows in {report.seals} seals, {report.unsealed} rows not sealed yet.")
    for broken in report.breaks:
        print(f"BROKEN: {broken}")
    return 1 if report.breaks else 0

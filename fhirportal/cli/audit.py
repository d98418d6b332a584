"""Checks the audit log: is the hash chain whole, and how much at its end is not sealed yet."""

import argparse

from fhirportal.cli.deployment import add_settings_argument, load_settings

SUMMARY = "check the audit log"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    verify = actions.add_parser("verify", help="compare rows, seals and checkpoints")
    add_settings_argument(verify)


def run(arguments: argparse.Namespace) -> int:
    """Exit status 0: the chain is whole; 1: it has breaks, each on a line of its own."""
    from fhirportal.app import Parts
    from fhirportal.audit import HEADS_FILE, verify

    settings = load_settings(arguments.settings)
    report = verify(Parts(settings).engine, settings.data_dir / HEADS_FILE)
    print(f"{report.sealed} rows in {report.seals} seals, {report.unsealed} rows not sealed yet.")
    for broken in report.breaks:
        print(f"BROKEN: {broken}")
    return 1 if report.breaks else 0

"""The `fhirportal` command: one module per sub-command, loaded by name only when it is called.

A command module has `SUMMARY` (one line), `add_arguments(parser)` and `run(arguments) -> exit status`.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from fhirportal import __version__

COMMANDS = ("demo", "serve", "worker", "check", "sandbox", "settings", "keys", "audit")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one sub-command; returns its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    name = next((w for w in words if not w.startswith("-")), None)
    parser = argparse.ArgumentParser(prog="fhirportal", description="A patient portal in front of a FHIR R4 server.")
    parser.add_argument("--version", action="version", version=f"fhirportal {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    # only the wanted command is imported: starting fast matters, and one broken command must not break the others
    for command in COMMANDS if name not in COMMANDS else (name,):
        module = import_module(f"fhirportal.cli.{command}")
        module.add_arguments(commands.add_parser(command, help=module.SUMMARY, description=module.__doc__))
    arguments = parser.parse_args(words)
    return int(import_module(f"fhirportal.cli.{arguments.command}").run(arguments) or 0)

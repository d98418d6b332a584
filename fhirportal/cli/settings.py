"""Prints the settings in force, secrets masked, each with where it came from."""

import argparse
import os
import sys
from pathlib import Path

from fhirportal.cli.deployment import SETTINGS_VARIABLE, add_settings_argument

SUMMARY = "print the settings in force, secrets masked"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_settings_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """One line a setting; exit status 2 where the settings cannot be used."""
    from fhirportal.settings_file import SettingsError, describe, read

    named = arguments.settings or os.environ.get(SETTINGS_VARIABLE)
    try:
        rows = describe(read(Path(named) if named else None, os.environ))
    except SettingsError as problem:
        sys.stderr.write("The settings cannot be used:\n" + "".join(f"  - {p}\n" for p in problem.problems))
        return 2
    width = max(len(row.name) for row in rows)
    for row in rows:
        print(f"{row.name.ljust(width)}  {row.value}  ({row.source})")
    return 0

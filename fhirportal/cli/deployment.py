"""What every command needs of a deployment: its settings. Mistakes become sentences and exit 2."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fhirportal.settings import Settings

if TYPE_CHECKING:
    from fhirportal.app import Parts

SETTINGS_VARIABLE = "FHIRPORTAL_SETTINGS"


def add_settings_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--settings", metavar="FILE", help=f"the settings file (default: the variable {SETTINGS_VARIABLE}, or fhirportal.toml)"
    )


def load_settings(path: str | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this deployment; all mistakes are printed together and end the process with status 2."""
    from fhirportal.settings_file import SettingsError, load

    try:
        return load(find_settings_file(path, environ), environ)
    except SettingsError as problem:
        sys.stderr.write("The settings cannot be used:\n" + "".join(f"  - {p}\n" for p in problem.problems))
        raise SystemExit(2) from None


def find_settings_file(path: str | None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The file named on the command line, by the variable, or lying in the current folder."""
    named = path or environ.get(SETTINGS_VARIABLE)
    return Path(named) if named else _default_file()


def require_keys(parts: "Parts") -> None:
    """Ends the process with status 2 where the stored keys do not open: nothing that is kept could be read."""
    from fhirportal.errors import Unavailable

    try:
        parts.keyring.check()
    except Unavailable as problem:
        sys.stderr.write(f"The stored keys cannot be used: {problem.reason}.\n")
        raise SystemExit(2) from None


def _default_file() -> Path | None:
    here = Path("fhirportal.toml")
    return here if here.exists() else None

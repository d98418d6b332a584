"""Serves the portal over HTTP."""

import argparse
import os
from pathlib import Path

from fhirportal.cli.deployment import SETTINGS_VARIABLE, add_settings_argument, load_settings

SUMMARY = "serve the portal over HTTP"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_settings_argument(parser)
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default: 1)")


def run(arguments: argparse.Namespace) -> int:
    """Brings the database up to date, then serves until a signal says stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    from fhirportal.app import Parts
    from fhirportal.storage.migrate import upgrade

    settings = load_settings(arguments.settings)
    upgrade(Parts(settings).engine)
    if arguments.settings:
        # the workers are processes of their own: they read the same file
        os.environ[SETTINGS_VARIABLE] = str(Path(arguments.settings).resolve())
    server = Granian(
        "fhirportal.app:from_environment",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=arguments.workers,
        blocking_threads=settings.threads,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
    )
    server.serve()
    return 0

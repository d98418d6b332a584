"""Serves the portal over HTTP."""

import argparse
import logging
import os
from pathlib import Path

from fhirportal.cli.deployment import SETTINGS_VARIABLE, add_settings_argument, load_settings, require_keys

SUMMARY = "serve the portal over HTTP"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_settings_argument(parser)
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default: 1)")


def run(arguments: argparse.Namespace) -> int:
    """Brings the database up to date, then serves until a signal says stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from fhirportal import logs
    from fhirportal.app import Parts
    from fhirportal.storage.migrate import upgrade

    settings = load_settings(arguments.settings)
    logs.setup(settings.log_level)
    parts = Parts(settings)
    upgrade(parts.engine)
    require_keys(parts)
    logging.getLogger("_granian").addFilter(_is_news)
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
        log_level=LogLevels(settings.log_level),
        log_dictconfig=logs.server_logging(),
        respawn_failed_workers=True,
    )
    server.serve()
    return 0


def _is_news(record: logging.LogRecord) -> bool:
    """Many threads are meant: they wait for the hospital, hardly ever for a core (`threads` in the settings)."""
    return not record.getMessage().startswith("Configuration allows spawning up to")

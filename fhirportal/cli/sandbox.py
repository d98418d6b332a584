"""The sandbox hospital: serves it, or prints an EHR launch of the running demo that any browser or curl can open."""

import argparse
import json
import os
import sys
from pathlib import Path

from fhirportal.sandbox.config import SandboxConfig
from fhirportal.sandbox.serving import CONFIG_VARIABLE

SUMMARY = "serve the sandbox hospital, or launch from it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    serve = actions.add_parser("serve", help="serve the hospitals of a configuration file")
    serve.add_argument("--config", type=Path, required=True, metavar="FILE", help="made by the demo")
    launch = actions.add_parser("launch", help="print a one-time EHR launch address of the running demo")
    launch.add_argument("key", metavar="KEY", help="who: a person's key, as in demo.json")
    launch.add_argument(
        "--as", dest="role", choices=("patient", "relative", "clinician"), default="patient", help="default: patient"
    )
    launch.add_argument("--data", type=Path, default=Path(".demo"), metavar="DIR", help="the demo's folder (default: .demo)")
    launch.add_argument("--hospital", metavar="SLUG", help="which hospital, where the key is known in several")


def run(arguments: argparse.Namespace) -> int:
    return _serve(arguments.config) if arguments.action == "serve" else _launch(arguments)


def _serve(config_file: Path) -> int:
    from urllib.parse import urlsplit

    from granian import Granian
    from granian.constants import Interfaces

    config = SandboxConfig.from_json(config_file.read_text(encoding="utf-8"))
    address = urlsplit(config.public_url)
    os.environ[CONFIG_VARIABLE] = str(config_file.resolve())
    server = Granian(
        "fhirportal.sandbox.serving:from_environment",
        factory=True,
        address=address.hostname or "127.0.0.1",
        port=address.port or 80,
        interface=Interfaces.WSGI,
        blocking_threads=32,
        websockets=False,
    )
    server.serve()
    return 0


def _launch(arguments: argparse.Namespace) -> int:
    import requests

    try:
        demo = json.loads((arguments.data / "demo.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        sys.stderr.write(f"No demo is running with its files in {arguments.data}; start one with: fhirportal demo\n")
        return 1
    found = [p for p in demo["people"] if p["key"] == arguments.key and arguments.hospital in (None, p["hospital"])]
    if not found:
        sys.stderr.write(f"Nobody here has the key {arguments.key}; demo.json lists the people one can be.\n")
        return 1
    desk = next(h["desk"] for h in demo["hospitals"] if h["slug"] == found[0]["hospital"])
    answer = requests.post(
        f"{desk}/api/launch",
        json={"person": arguments.key, "as": arguments.role, "client_id": demo["apps"][0]["client_id"]},
        headers={"Authorization": f"Bearer {demo['control_token']}"},
        timeout=10,
    )
    if not answer.ok:
        sys.stderr.write(f"The hospital refused: {answer.text[:300]}\n")
        return 1
    print(answer.json()["url"])
    return 0

"""Lists and rotates the keys that seal what is stored and sign what we send. The worker rotates when due; this does it now."""

import argparse
import sys
from typing import TYPE_CHECKING

from fhirportal.cli.deployment import add_settings_argument, load_settings, require_keys

if TYPE_CHECKING:
    from fhirportal.settings import Settings
    from fhirportal.storage.keyring import KeyRing

SUMMARY = "list or rotate keys"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    shown = actions.add_parser("list", help="print every key's id, purpose, state and age; never a key itself")
    add_settings_argument(shown)
    rotate = actions.add_parser("rotate", help="make the next key of a purpose")
    add_settings_argument(rotate)
    rotate.add_argument("purpose", metavar="PURPOSE", help="tokens, kv or client-assertion")
    rotate.add_argument("--hospital", default="", metavar="SLUG", help="whose, where each hospital has its own")
    rotate.add_argument("--alg", choices=("A256GCM", "RS384", "ES384"), default="A256GCM", help="default: A256GCM, which seals")
    rotate.add_argument("--at-once", action="store_true", help="use it now instead of publishing it first")


def run(arguments: argparse.Namespace) -> int:
    """Prints the keys, or the new key's id. Exit status 2 where the stored keys do not open."""
    from fhirportal.app import Parts
    from fhirportal.storage.migrate import upgrade

    settings = load_settings(arguments.settings)
    parts = Parts(settings)
    upgrade(parts.engine)
    require_keys(parts)
    return _list(parts.keyring) if arguments.action == "list" else _rotate(parts.keyring, settings, arguments)


def _list(ring: "KeyRing") -> int:
    for key in ring.list_keys():
        print(f"{key.kid}  {key.purpose}  {key.hospital or '-'}  {key.alg}  {key.state}  {key.created_at:%Y-%m-%d %H:%M}Z")
    return 0


def _rotate(ring: "KeyRing", settings: "Settings", arguments: argparse.Namespace) -> int:
    from fhirportal.errors import NotFound

    if arguments.hospital and arguments.hospital not in settings.hospitals:
        sys.stderr.write(f"There is no hospital {arguments.hospital} in the settings.\n")
        return 2
    try:
        print(ring.rotate(arguments.purpose, arguments.hospital, arguments.alg, at_once=arguments.at_once))
    except NotFound:
        sys.stderr.write("There is no such key yet: `fhirportal keys list` shows what can be rotated.\n")
        return 2
    return 0

"""Rotates the keys that seal what is stored and sign what we send. The worker does it when due; this does it now."""

import argparse
import sys

from fhirportal.cli.deployment import add_settings_argument, load_settings

SUMMARY = "rotate keys"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    rotate = actions.add_parser("rotate", help="make the next key of a purpose")
    add_settings_argument(rotate)
    rotate.add_argument("purpose", metavar="PURPOSE", help="tokens, kv or client-assertion")
    rotate.add_argument("--hospital", default="", metavar="SLUG")
    rotate.add_argument("--alg", choices=("A256GCM", "RS384", "ES384"), default="A256GCM")
    rotate.add_argument("--at-once", action="store_true", help="use it now instead of publishing it first")


def run(arguments: argparse.Namespace) -> int:
    """Prints the new key's id."""
    from fhirportal.app import Parts

    settings = load_settings(arguments.settings)
    if arguments.hospital and arguments.hospital not in settings.hospitals:
        sys.stderr.write(f"There is no hospital {arguments.hospital} in the settings.\n")
        return 2
    ring = Parts(settings).keyring
    print(ring.rotate(arguments.purpose, arguments.hospital, arguments.alg, at_once=arguments.at_once))
    return 0

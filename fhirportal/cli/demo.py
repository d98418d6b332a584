"""Starts a living demo on this machine: a sandbox hospital, the portal in front of it, and its worker. Ctrl-C stops it."""

import argparse
import json
import secrets
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from fhirportal.cli import demo_files
from fhirportal.cli.demo_files import FAMILY, Layout
from fhirportal.cli.supervise import ChildFailed, Household, Job, answers, free_port
from fhirportal.sandbox.app import store_of
from fhirportal.sandbox.config import SandboxConfig
from fhirportal.sandbox.demo_data import generate
from fhirportal.sandbox.desk.ledger import StoreLedger
from fhirportal.sandbox.fhir.load import LoadReport, load
from fhirportal.sandbox.fhir.store import Store
from fhirportal.sandbox.smart.people import People, Person

SUMMARY = "start the portal with a sandbox hospital behind it"
READY_SECONDS = 60
SHOWN = 12
MADE = "made-on"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=int, default=8000, metavar="N", help="the portal's port (default: 8000, or the next free one)"
    )
    parser.add_argument(
        "--data", type=Path, default=Path(".demo"), metavar="DIR", help="where the demo keeps its files (default: .demo)"
    )
    parser.add_argument("--fresh", action="store_true", help="begin again with new data")
    parser.add_argument(
        "--load", type=Path, nargs="+", default=[], metavar="PATH",
        help="FHIR files or folders (.json, .ndjson, .gz); each becomes a hospital of its own",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    folder = arguments.data.resolve()
    for path in arguments.load:
        if not path.exists():
            sys.stderr.write(f"There is no file or folder {path}.\n")
            return 2
    if address := _running(folder):
        sys.stderr.write(
            f"A demo is already running from {folder}, at {address}. Stop it first, or name another folder with --data.\n"
        )
        return 2
    try:
        _prepare_folder(folder, fresh=arguments.fresh)
        layout = _layout(folder, arguments.port, arguments.load)
    except OSError as problem:
        sys.stderr.write(f"The demo cannot use {folder} or its ports: {problem.strerror or problem}.\n")
        return 2
    household = Household(folder / "logs")
    household.stop_on_signals()
    config = demo_files.sandbox_config(layout)
    _fill(layout, config)
    if household.stopping:
        return 0
    return _live(household, layout, config)


def _live(household: Household, layout: Layout, config: SandboxConfig) -> int:
    demo_files.write_settings(layout)
    layout.sandbox_file.write_text(config.to_json(), encoding="utf-8")
    layout.sandbox_file.chmod(0o600)
    settings = str(layout.settings_file)
    try:
        household.start(Job("sandbox", ["sandbox", "serve", "--config", str(layout.sandbox_file)], f"{layout.sandbox}/"))
        household.start(Job("portal", ["serve", "--settings", settings], f"http://127.0.0.1:{layout.portal_port}/readyz"))
        household.wait_ready(READY_SECONDS)
        household.start(Job("worker", ["worker", "--settings", settings]))
        people = _people(config)
        demo_files.write_demo_json(layout, config, people)
        _welcome(layout, people)
        household.watch()
    except ChildFailed as problem:
        sys.stderr.write(f"\nThe demo stopped: {problem}\n")
        return 1
    finally:
        household.stop()
        layout.demo_file.unlink(missing_ok=True)
    print("\nStopped.", flush=True)
    return 0


def _running(folder: Path) -> str:
    """The portal's address where a demo of this folder still answers, else ""."""
    try:
        address = str(json.loads((folder / "demo.json").read_text(encoding="utf-8"))["portal"])
    except (OSError, ValueError, KeyError):
        return ""
    return address if answers(f"{address}/healthz") else ""


def _prepare_folder(folder: Path, *, fresh: bool) -> None:
    if fresh and folder.exists():
        # only what a demo made is ever deleted
        for name in ("sandbox", "portal", "logs"):
            shutil.rmtree(folder / name, ignore_errors=True)
        for name in ("fhirportal.toml", "sandbox.json", "demo.json", "master.key"):
            (folder / name).unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)


def _layout(folder: Path, port: int, loads: list[Path]) -> Layout:
    portal = free_port(port)
    sandbox = free_port(portal + 1 if port else 0, taken=lambda p: p == portal)
    return Layout(folder, portal, sandbox, secrets.token_urlsafe(24), demo_files.hospitals_of([p.resolve() for p in loads]))


def _fill(layout: Layout, config: SandboxConfig) -> None:
    """Puts each base's data in its store, unless it is there already."""
    for base, (_, _, paths) in zip(config.bases, layout.hospitals, strict=True):
        store = store_of(config, base)
        marker = config.data_dir / base.slug / MADE
        wanted = json.dumps([str(p) for p in paths])
        if marker.exists() and marker.read_text(encoding="utf-8").split("\n")[0] == wanted and store.count():
            _rebase(store, config.data_dir / base.slug)
            continue
        if base.slug == FAMILY:
            store.put_all(generate(datetime.now(UTC).date()))
        else:
            _report(base.name, load(store, paths, _progress(base.name)))
        marker.write_text(f"{wanted}\n{datetime.now(UTC).date()}\n", encoding="utf-8")
        store.close()


def _rebase(store: Store, folder: Path) -> None:
    """Says so where the family's data has grown old: its visits to come are told relative to the day it was made."""
    made = (folder / MADE).read_text(encoding="utf-8").split("\n")[1]
    age = (datetime.now(UTC).date() - datetime.fromisoformat(made).date()).days
    if age > 2 and folder.name == FAMILY:
        print(f"The demo's data is {age} days old; --fresh makes new data for today.")
    store.close()


class _progress:
    """One line that is drawn again on a terminal, and a few lines elsewhere."""

    def __init__(self, name: str) -> None:
        self._name, self._shown = name, 0.0

    def __call__(self, done: int, total: int) -> None:
        terminal = sys.stdout.isatty()
        if done < total and time.monotonic() - self._shown < (0.1 if terminal else 5):
            return
        self._shown = time.monotonic()
        filled = 30 * done // max(total, 1)
        bar = "#" * filled + "-" * (30 - filled)
        start, end = ("\r" if terminal else ""), ("\n" if done == total or not terminal else "")
        print(f"{start}Loading {self._name} [{bar}] {done} of {total} files", end=end, flush=True)


def _report(name: str, report: LoadReport) -> None:
    print(f"{name}: {report.loaded} resources loaded from {report.files} files.")
    if report.collisions:
        more = f" and {len(report.collisions) - SHOWN} more" if len(report.collisions) > SHOWN else ""
        print(f"  The same id came twice, the first was kept: {', '.join(report.collisions[:SHOWN])}{more}")
    for where, why in report.refused[:SHOWN]:
        print(f"  Refused: {where}: {why}")
    if len(report.refused) > SHOWN:
        print(f"  ... and {len(report.refused) - SHOWN} more refused")


def _people(config: SandboxConfig) -> dict[str, list[Person]]:
    found = {}
    for base in config.bases:
        store = store_of(config, base)
        found[base.slug] = People(base.people, StoreLedger(store), derive=base.derive_people).list_(limit=10_000)
        store.close()
    return found


def _welcome(layout: Layout, people: dict[str, list[Person]]) -> None:
    print(f"\n  The portal       {layout.portal}")
    for slug, name, _ in layout.hospitals:
        print(f"  {name}\n    staff desk     {layout.sandbox}/{slug}/desk   (staff / staff)")
        names = ", ".join(p.login for p in people[slug][:SHOWN])
        print(f"    people         {names}{', ...' if len(people[slug]) > SHOWN else ''}   (password: demo)")
    print(f"\n  For scripts      {layout.demo_file}\n  Ctrl-C stops everything.\n", flush=True)

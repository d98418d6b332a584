"""The two locks: whole, for one another, and naming no place on the network."""

import re
import tomllib

import pytest
from tree import ROOT, read

LOCKS = ("run.lock", "test.lock")
PINNED = re.compile(r"([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)")


def packages(lock: str) -> dict[str, set[str]]:
    """Name -> versions; a universal lock may hold several, for different Pythons."""
    found: dict[str, set[str]] = {}
    for entry in entries(lock):
        name, version = PINNED.match(entry).groups()
        found.setdefault(name, set()).add(version)
    return found


def entries(lock: str) -> list[str]:
    return re.split(r"\n(?=\S)", read(ROOT / lock).strip())


def wanted(*names: str) -> set[str]:
    return {re.split(r"[\[<>=~! ;]", n)[0].lower().replace("_", "-").replace(".", "-") for n in names}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes_and_without_an_address(lock):
    assert "://" not in read(ROOT / lock)
    for entry in entries(lock):
        assert PINNED.match(entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_what_runs_is_what_is_tested():
    run, test = (packages(lock) for lock in LOCKS)
    assert {name: test.get(name) for name in run} == run


def test_the_locks_hold_what_the_project_asks_for():
    project = tomllib.loads(read(ROOT / "pyproject.toml"))
    groups = project["dependency-groups"]
    held = {lock: wanted(*packages(lock)) for lock in LOCKS}
    assert wanted(*project["project"]["dependencies"], *groups["build"]) <= held["run.lock"]
    assert wanted(*groups["test"]) <= held["test.lock"]


def test_no_other_package_is_locked_by_hand():
    """Nothing in the locks may come from anywhere but the index: no editable, no file, no option line."""
    assert not [line for lock in LOCKS for line in read(ROOT / lock).splitlines() if line.startswith(("-", "."))]

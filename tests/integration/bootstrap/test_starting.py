"""`./portal` as a process, from elsewhere, with an environment that is ready: how it is found and what it hands over."""

import os
import shutil
import subprocess
import sys
import time
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ECHO = '#!/bin/sh\nfor word in "$0" "$@"; do echo "$word"; done\necho "PYTHONPATH=$PYTHONPATH"\n'


@pytest.fixture
def clone(tmp_path):
    """A clone in a folder with a blank in its name, whose Python only says what it was asked for."""
    home = tmp_path / "a clone"
    (home / ".venv" / "bin").mkdir(parents=True)
    for name in ("portal", "run.lock", "test.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, home / name)
    python = home / ".venv" / "bin" / "python"
    python.write_text(ECHO)
    python.chmod(0o755)
    loader = SourceFileLoader("portal_of_clone", str(home / "portal"))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    for kind in ("run", "test"):
        module.stamp(kind, module.fingerprint(kind))
    return home


def start(script, *words, cwd):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    command = [sys.executable, str(script), *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(os.name == "nt", reason="symbolic links and shell scripts")
def test_started_through_a_link_from_elsewhere(clone, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(clone / "portal")
    begun = time.monotonic()
    done = start(link, "demo", "--port", "0", cwd=tmp_path)
    assert time.monotonic() - begun < 3
    python = str(clone / ".venv" / "bin" / "python")
    assert done.stdout.splitlines()[:-1] == [python, "-m", "fhirportal", "demo", "--port", "0"], done.stderr


@pytest.mark.skipif(os.name == "nt", reason="shell scripts")
def test_the_bench_finds_the_tests_and_keeps_the_callers_folder(clone, tmp_path):
    done = start(clone / "portal", "bench", "pages", "--json", "out.json", cwd=tmp_path)
    assert done.stdout.splitlines()[1:] == ["-m", "tests.bench", "pages", "--json", "out.json", f"PYTHONPATH={clone}"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(clone):
    shutil.rmtree(clone / ".venv")
    clone.chmod(0o555)
    done = start(clone / "portal", "demo", cwd=clone)
    clone.chmod(0o755)
    assert done.returncode == 1 and done.stderr.startswith(f"Cannot write to {clone}")

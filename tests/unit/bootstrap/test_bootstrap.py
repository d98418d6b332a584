"""What `./portal` decides before anything is installed."""

import ast
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "portal"


@pytest.fixture
def installs(portal, monkeypatch):
    """Counts what would take long; the environment it "makes" is a folder."""
    done = []
    monkeypatch.setattr(portal, "make_venv", lambda: (done.append("venv"), portal.mark_busy()))
    monkeypatch.setattr(portal, "install", lambda kind: done.append(kind))
    monkeypatch.setattr(portal, "venv_version", lambda: sys.version if done else None)
    return done


def test_it_is_of_the_standard_library_and_readable_by_old_pythons():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert imported <= set(sys.stdlib_module_names)
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom | ast.JoinedStr | ast.NamedExpr)]


def test_the_second_start_does_nothing(portal, installs):
    portal.prepare("run")
    portal.prepare("run")
    assert installs == ["venv", "run"]


def test_what_tests_need_holds_what_the_product_needs(portal, installs):
    portal.prepare("test")
    portal.prepare("run")
    assert installs == ["venv", "test"]
    portal.prepare("test")
    assert installs == ["venv", "test"]


@pytest.mark.parametrize("name", ["run.lock", "pyproject.toml"])
def test_a_changed_lock_installs_again_into_the_same_environment(portal, installs, tmp_path, name):
    portal.prepare("run")
    with (tmp_path / name).open("a") as lock:
        lock.write("three==3\n")
    portal.prepare("run")
    assert installs == ["venv", "run", "run"]


def test_a_killed_start_is_begun_anew(portal, installs, monkeypatch):
    def killed(kind):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(portal, "install", killed)
        portal.prepare("run")
    portal.prepare("run")
    assert installs == ["venv", "venv", "run"]
    assert portal.is_ready("run")


def test_another_python_makes_a_new_environment(portal, installs, monkeypatch):
    portal.prepare("run")
    monkeypatch.setattr(sys, "version", "4.0.0 (of another day)")
    monkeypatch.setattr(portal, "venv_version", lambda: "3.13")
    portal.prepare("run")
    assert installs == ["venv", "run", "venv", "run"]


def test_an_old_python_says_which_one_is_needed(portal, monkeypatch, capsys):
    monkeypatch.setattr(portal.shutil, "which", lambda name: None)
    monkeypatch.setattr(portal.sys, "version_info", (3, 10, 13))
    with pytest.raises(SystemExit) as stopped:
        portal.use_new_enough_python()
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "fhirportal needs Python 3.11 or newer; this is Python 3.10.\n"


def test_an_old_python_hands_over_to_the_newest_that_runs(portal, monkeypatch, tmp_path):
    """The stand-ins of a version manager are on the PATH, but some of them refuse to run."""
    for name, status in (("python3.14", 127), ("python3.12", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {status}\n")
        (tmp_path / name).chmod(0o755)
    handed = []
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(portal.sys, "version_info", (3, 9, 0))
    monkeypatch.setattr(portal.sys, "argv", ["portal", "demo", "--fresh"])
    monkeypatch.setattr(portal.os, "execv", lambda program, words: (handed.append((program, words)), sys.exit(0)))
    with pytest.raises(SystemExit):
        portal.use_new_enough_python()
    ((program, words),) = handed
    assert program == str(tmp_path / "python3.12")
    assert words == [program, str(SCRIPT), "demo", "--fresh"]


def test_progress_counts_and_a_failure_shows_what_pip_said(portal, capsys):
    assert portal.count_packages(str(Path(portal.ROOT) / "run.lock")) == 2
    talk = "print('Collecting one\\nCollecting two\\nERROR: no such wheel'); raise SystemExit({})"
    portal.show_progress([sys.executable, "-c", talk.format(0)], total=2)
    said = capsys.readouterr().err
    assert "of about 2" in said and "done" in said and "ERROR" not in said
    with pytest.raises(SystemExit):
        portal.show_progress([sys.executable, "-c", talk.format(1)], total=2)
    assert "ERROR: no such wheel" in capsys.readouterr().err


def test_a_crippled_venv_ends_in_one_sentence(portal, monkeypatch, capsys):
    monkeypatch.setattr(portal, "make_venv_once", lambda: False)
    monkeypatch.setattr(portal, "may_install", lambda: False)
    with pytest.raises(SystemExit):
        portal.make_venv()
    assert capsys.readouterr().err.splitlines()[-1].endswith("please install the package python3-venv and run this again.")


def test_a_crippled_venv_is_mended_where_that_is_allowed(portal, monkeypatch):
    asked, tries = [], iter([False, True])
    monkeypatch.setattr(portal, "make_venv_once", lambda: next(tries))
    monkeypatch.setattr(portal, "may_install", lambda: True)
    monkeypatch.setattr(portal, "apt_install", lambda packages: asked.extend(packages) or True)
    portal.make_venv()
    assert asked == [f"python{sys.version_info.major}.{sys.version_info.minor}-venv"]


@pytest.mark.parametrize(
    ("given", "passed_on", "full"),
    [
        ([], ["-n", "2", "--dist", "loadgroup"], None),
        (["-k", "tiny"], ["-n", "2", "--dist", "loadgroup", "-k", "tiny"], None),
        (["--full", "-n0", "-x"], ["-n0", "-x"], "1"),
    ],
)
def test_words_for_pytest_are_passed_on(portal, monkeypatch, tmp_path, given, passed_on, full):
    handed = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FHIRPORTAL_TEST_FULL", raising=False)
    monkeypatch.setattr(portal, "install_test_programs", lambda: None)
    monkeypatch.setattr(portal, "hand_over", handed.append)
    monkeypatch.setattr(portal.os, "environ", environment := {})
    portal.run_tests(given)
    assert handed == [["-m", "pytest", *passed_on]]
    assert environment.get("FHIRPORTAL_TEST_FULL") == full

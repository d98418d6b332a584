"""The built wheel, installed on its own: everything a running portal needs is in it."""

import re
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import requests

from tests.e2e.living_demo import ROOT, Demo
from tests.e2e.page_check import Page

pytestmark = pytest.mark.xdist_group("demo-living")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """(folder, command): the wheel in an environment that sees only it and the packages it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    (home,) = (folder / "env").glob("lib/python*/site-packages")
    run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--no-compile",
        "--target",
        str(home),
        str(wheel),
    )
    # packages only: a path in a .pth brings no .pth of its own, so the tree we work in stays out of sight
    (home / "needed.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return folder, (str(folder / "env" / "bin" / "python"), "-m", "fhirportal")


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=240, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_installed_package_is_the_whole_portal(installed, tmp_path):
    folder, command = installed
    where = subprocess.run(
        [command[0], "-c", "import fhirportal, mappings, smart_launch; print(fhirportal.__file__, mappings.__file__)"],
        capture_output=True, text=True, cwd=tmp_path, timeout=60,
    )  # fmt: skip
    assert all(Path(p).is_relative_to(folder) for p in where.stdout.split()), where.stdout + where.stderr
    demo = Demo(tmp_path, command=command, cwd=tmp_path)
    try:
        person = demo.person("orla")
        person.choose("es")
        pages = {page: person.get(page) for page in ("", "results", "profile")}
        assert Page(pages["profile"]).html["lang"].startswith("es") and "Idioma" in Page(pages["profile"]).words
        for address in set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', pages[""])):
            answer = requests.get(demo.portal + address, timeout=10)
            assert answer.ok and answer.content, address
        for address in ("/about/alder/privacy", "/about/alder/accessibility"):
            assert person.session.get(demo.portal + address, timeout=10).ok
    finally:
        assert demo.close() == 0, demo.output()


def test_the_wheel_brings_no_tests_and_no_paths_of_this_machine(installed):
    from zipfile import ZipFile

    folder, _ = installed
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as packed:
        tops = {name.split("/")[0] for name in packed.namelist()}
        assert {t for t in tops if not t.endswith(".dist-info")} == {"fhirportal", "mappings", "smart_launch"}
        leaked = [n for n in packed.namelist() if str(ROOT).encode() in packed.read(n)]
    assert not leaked

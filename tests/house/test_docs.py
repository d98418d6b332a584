"""What is written down is what is there: settings, addresses, commands, links, words for errors."""

import base64
import re
import textwrap
from importlib import import_module
from urllib.parse import unquote, urlsplit

import pytest
from tree import ROOT, product, read, tracked

from fhirportal.errors import PortalError
from fhirportal.settings_file import load
from fhirportal.web.problems import PROBLEMS
from smart_launch.errors import LaunchError
from tests.house import addresses, command_reference, settings_reference

MARKDOWN = [p for p in tracked() if p.suffix == ".md"]
GUIDES = [p for p in MARKDOWN if p.parts[0] in ("README.md", "docs", "CONTRIBUTING.md")]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def test_every_setting_is_documented():
    """A field without words would not be in the reference; the reference is made from the code, this holds it to it."""
    written = read(settings_reference.TARGET)
    assert written == settings_reference.reference(), "run: python -m tests.house.settings_reference"
    for name in settings_reference.list_names():
        assert f"`{name.rpartition('.')[2]}" in written, name


def test_every_address_was_thought_of():
    """An address people may have kept must not vanish by accident, nor a new one appear by one."""
    known = read(addresses.TARGET).splitlines()
    now = addresses.list_routes()
    gone, new = sorted(set(known) - set(now)), sorted(set(now) - set(known))
    assert not gone and not new, f"gone: {gone}; new: {new}; if that is meant: python -m tests.house.addresses"


def test_every_command_is_documented():
    assert read(command_reference.TARGET) == command_reference.reference(), "run: python -m tests.house.command_reference"


def test_the_guides_name_only_commands_there_are():
    known = {name for name, _, _ in command_reference.list_commands()}
    text = "\n".join(read(p) for p in GUIDES)
    named = {m.strip() for m in re.findall(r"`(?:fhirportal|\./portal) ([a-z]+(?: [a-z]+)?)\b[^`]*`", text)}
    strange = {n for n in named if n not in known and n.split()[0] not in known | {"test", "bench"}}
    assert not strange


def anchors(text: str) -> set[str]:
    """The anchors a forge makes of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in heads}


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_links_lead_somewhere(path):
    text = re.sub(r"```.*?```", "", read(path), flags=re.S)
    for link in LINK.findall(text):
        parts = urlsplit(link)
        if parts.scheme or not (parts.path or parts.fragment) or link.startswith("{"):
            continue
        target = (ROOT / path).parent / unquote(parts.path) if parts.path else ROOT / path
        assert target.exists(), f"{path}: {link}"
        if parts.fragment and target.suffix == ".md":
            assert parts.fragment in anchors(target.read_text(encoding="utf-8")), f"{path}: {link}"


def kinds(base: type) -> set[type]:
    return {base} | {k for direct in base.__subclasses__() for k in kinds(direct)}


def test_every_error_class_has_words_of_its_own():
    for path in product():
        if path.parts[1] != "sandbox" and "migrations" not in path.parts and path.name != "__main__.py":
            import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    shown = {k for base in (PortalError, LaunchError) for k in kinds(base) if not k.__module__.startswith("tests")}
    wordless = {k.__qualname__ for k in shown if k.code not in PROBLEMS and "code" in vars(k)}
    # these are read by the operator; patients read the words of the class above: not found, or not working just now
    assert wordless <= {"WrongMasterKey", "CannotUnseal", "NotOffered"}, wordless
    assert all(any(getattr(p, "code", None) in PROBLEMS for p in k.__mro__) for k in shown)


def test_the_readmes_settings_are_enough(tmp_path):
    (example,) = re.findall(r"```toml\n(.*?)```", read(ROOT / "README.md"), re.S)
    (tmp_path / "master.key").write_text(base64.b64encode(bytes(range(32))).decode())
    (tmp_path / "master.key").chmod(0o600)
    own = textwrap.dedent(example).replace("/etc/fhirportal/master.key", "master.key").replace("/var/lib/fhirportal", "data")
    (tmp_path / "fhirportal.toml").write_text(own)
    assert list(load(tmp_path / "fhirportal.toml", {}).hospitals) == ["north"]

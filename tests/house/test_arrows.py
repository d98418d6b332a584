"""A room imports only from lines below its own (ARCHITECTURE.md, Rooms)."""

import ast
from pathlib import Path

import pytest
from tree import product, read

LINES = (
    ("fhirportal.app", "fhirportal.cli", "fhirportal.worker", "fhirportal.__main__"),
    ("fhirportal.portal", "fhirportal.signin", "fhirportal.ops"),
    ("fhirportal.layout", "fhirportal.web"),
    ("fhirportal.records", "fhirportal.accounts"),
    ("fhirportal.audit",),
    ("fhirportal.access",),
    ("fhirportal.upstream", "fhirportal.storage"),
    ("fhirportal.http",),
    ("fhirportal.settings_file", "fhirportal.settings_checks"),
    ("fhirportal.settings", "fhirportal.errors", "fhirportal.words", "fhirportal.logs"),
    ("smart_launch",),
    ("mappings",),
)
RANK = {room: rank for rank, line in enumerate(LINES) for room in line}
# the door frame is one line: web draws with layout, layout knows nothing of web
SIDEWAYS = {("fhirportal.web", "fhirportal.layout"), ("fhirportal.settings_file", "fhirportal.settings_checks")}
FRAMEWORKS = {
    "smart_launch": {"flask", "sqlalchemy", "redis", "requests", "fhirportal", "mappings"},
    "mappings": {"flask", "sqlalchemy", "redis", "requests", "fhirportal", "smart_launch", "babel"},
    "fhirportal.access": {"flask", "sqlalchemy", "redis", "requests"},
    "fhirportal.records": {"flask", "sqlalchemy", "redis", "requests"},
    "fhirportal.accounts": {"flask", "redis", "requests"},
    "fhirportal.sandbox": {"smart_launch", "mappings", "redis", "sqlalchemy", "authlib"},
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room_of(module: str) -> str | None:
    """`fhirportal.portal.results.routes` -> `fhirportal.portal`; None for the package roots and the sandbox."""
    parts = module.split(".")
    return next((r for r in (".".join(parts[:2]), parts[0]) if r in RANK), None)


def module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", [p for p in product() if p.parts[:2] != ("fhirportal", "sandbox")], ids=str)
def test_every_module_is_in_a_room(path):
    assert room_of(module_of(path)) or path in (Path("fhirportal/__init__.py"),), f"{path}: which line is it in?"


@pytest.mark.parametrize("path", product(), ids=str)
def test_imports_only_from_lines_below(path):
    here = room_of(module_of(path))
    for target in imports(path):
        there = room_of(target)
        if here is None or there is None or here == there or (here, there) in SIDEWAYS or here in LINES[0]:
            continue
        assert RANK[here] < RANK[there], f"{path} is in {here} and imports {target}"


@pytest.mark.parametrize("path", product(), ids=str)
def test_rooms_stay_free_of_what_they_must_not_know(path):
    module = module_of(path)
    for room, forbidden in FRAMEWORKS.items():
        if module == room or module.startswith(room + "."):
            assert not {t.split(".")[0] for t in imports(path)} & forbidden, f"{path} knows too much"


@pytest.mark.parametrize("path", [p for p in product() if p.parts[:2] == ("fhirportal", "sandbox")], ids=str)
def test_the_sandbox_knows_nothing_of_the_portal(path):
    assert not [t for t in imports(path) if t.startswith("fhirportal.") and not t.startswith("fhirportal.sandbox")]


@pytest.mark.parametrize("path", [p for p in product() if p.parts[:2] == ("fhirportal", "portal")], ids=str)
def test_features_do_not_import_each_other(path):
    feature = path.parts[2]
    others = {t.split(".")[2] for t in imports(path) if t.startswith("fhirportal.portal.") and len(t.split(".")) > 2}
    # the first page gathers what the others show
    assert others <= {feature} or feature == "dashboard", f"{path} imports another feature: {others - {feature}}"


def test_only_cli_starts_the_sandbox():
    outside = [p for p in product() if p.parts[:2] not in (("fhirportal", "sandbox"), ("fhirportal", "cli"))]
    assert not [p for p in outside if any(t.startswith("fhirportal.sandbox") for t in imports(p))]


def test_only_the_r4b_models_of_fhir_resources_are_imported():
    wrong = [
        p
        for p in product()
        for t in imports(p)
        if t.startswith("fhir.resources") and not t.startswith("fhir.resources.R4B") and t != "fhir.resources"
    ]
    assert not wrong

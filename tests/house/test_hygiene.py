"""What must never be committed, and what must be declared."""

import ast
import re
import tomllib

import pytest
from tree import ROOT, product, read, tracked

# written in pieces, so that this file does not hold what it looks for
FOREIGN = re.compile(
    "|".join(
        [
            "/wo" + "rk/",
            "/fa" + "rm/",
            "python" + "hosted",
            "pypi" + r"\.org",
            "registry\\.npm" + "js",
            "deb\\.deb" + "ian",
            "repo1\\.ma" + "ven",
        ]
    )
)
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|NotImplemented" + "Error")
TEXT = {".py", ".md", ".html", ".css", ".toml", ".lock", ".po", ".js", ".json", ".ini", ".sh", ""}
DISTRIBUTIONS = {"fhir.resources": "fhir", "markdown-it-py": "markdown_it", "sqlalchemy": "sqlalchemy"}
# what the product needs at run time without an import statement of its own
BY_NAME = {"tzdata", "fhir.resources"}


@pytest.mark.parametrize("path", [p for p in tracked() if p.suffix in TEXT], ids=str)
def test_nothing_of_a_workplace_is_committed(path):
    assert not FOREIGN.search((ROOT / path).read_text(encoding="utf-8", errors="replace"))


@pytest.mark.parametrize("path", product(), ids=str)
def test_nothing_is_left_for_later(path):
    assert not UNFINISHED.search(read(path))


def test_every_run_time_requirement_is_imported():
    wanted = {re.split(r"[\[<>=]", d)[0] for d in tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["dependencies"]}
    imported = set()
    for path in product():
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.split(".")[0])
    missing = {d for d in wanted - BY_NAME if DISTRIBUTIONS.get(d, d.replace("-", "_")) not in imported}
    assert not missing


def test_top_level_is_as_agreed():
    folders = {p.parts[0] for p in tracked() if len(p.parts) > 1}
    assert folders <= {"fhirportal", "smart_launch", "mappings", "tests", "fixtures", "docs", ".ci"}

"""The bootstrap, loaded as a module, at home in a folder of its own."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "portal"


@pytest.fixture
def portal(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    loader = SourceFileLoader("portal_bootstrap", str(SCRIPT))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    module.ROOT, module.VENV = str(tmp_path), str(tmp_path / ".venv")
    for name in ("run.lock", "test.lock", "pyproject.toml"):
        (tmp_path / name).write_text(f"# {name}\none==1 \\\n    --hash=sha256:aa\ntwo==2 \\\n    --hash=sha256:bb\n")
    return module

"""An audited database and rows for it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from fhirportal.storage import migrate
from fhirportal.storage.engine import make_engine


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def engine(url: str) -> Engine:
    engine = make_engine(url)
    migrate.upgrade(engine)
    return engine


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    return tmp_path / "heads" / "audit-heads.log"

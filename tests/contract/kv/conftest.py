"""A store of each kind, as an address that several processes can open: `open_store(address)`."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fhirportal.errors import Unavailable
from fhirportal.settings import Secret
from fhirportal.storage import migrate
from fhirportal.storage.engine import make_engine
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.kv import KV
from fhirportal.storage.kv_redis import RedisKV
from fhirportal.storage.kv_sealed import SealedKV
from fhirportal.storage.kv_sql import SqlKV

MASTER = Secret("A" * 43 + "=")


def now() -> datetime:
    return datetime.now(UTC)


def open_store(address: str) -> KV:
    kind, _, rest = address.partition(" ")
    if kind == "redis":
        return RedisKV(f"unix://{rest}")
    if kind == "sql":
        return SqlKV(make_engine(f"sqlite:///{rest}", durable=False), now)
    main = make_engine(f"sqlite:///{rest}.main")
    migrate.upgrade(main)
    return SealedKV(SqlKV(make_engine(f"sqlite:///{rest}", durable=False), now), KeyRing(main, MASTER, now))


@pytest.fixture(scope="session")
def redis_socket() -> Iterator[Path]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    # Not in pytest's own folder: a unix socket's path has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="kv") as folder:
        socket = Path(folder) / "s"
        command = [program, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--save", ""]
        quiet = subprocess.DEVNULL
        with subprocess.Popen([*command, "--dir", folder], stdout=quiet, stderr=quiet) as server:
            try:
                _wait_for(RedisKV(f"unix://{socket}"))
                yield socket
            finally:
                server.terminate()


def _wait_for(store: RedisKV) -> None:
    for _ in range(200):
        try:
            store.check()
        except Unavailable:
            time.sleep(0.05)
        else:
            store.close()
            return
    pytest.fail("redis-server did not start")


@pytest.fixture(params=["sql", "sealed", "redis"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "redis":
        socket = request.getfixturevalue("redis_socket")
        store = RedisKV(f"unix://{socket}")
        store._redis.flushall()
        store.close()
        return f"redis {socket}"
    return f"{request.param} {tmp_path / 'kv.db'}"


@pytest.fixture
def store(address: str) -> Iterator[KV]:
    opened = open_store(address)
    yield opened
    if isinstance(opened, RedisKV):
        opened.close()

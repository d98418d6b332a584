"""Which short-lived store a deployment uses, and that its values are sealed whichever it is."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from fhirportal.settings import Settings
from fhirportal.storage.engine import make_engine
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.kv import KV
from fhirportal.storage.kv_redis import RedisKV
from fhirportal.storage.kv_sealed import SealedKV
from fhirportal.storage.kv_sql import SqlKV

KV_FILE = "kv.sqlite"


def open_kv(settings: Settings, engine: Engine, keyring: KeyRing, clock: Callable[[], datetime]) -> KV:
    """The store `settings.kv_url` names: Redis, the main database (`sql`), or a SQLite file of its own in data_dir.
    `engine` is the main database. Raises Unavailable."""
    return SealedKV(_inner(settings, engine, clock), keyring)


def _inner(settings: Settings, engine: Engine, clock: Callable[[], datetime]) -> KV:
    if settings.kv_url == "sql":
        return SqlKV(engine, clock)
    if settings.kv_url:
        return RedisKV(settings.kv_url)
    return SqlKV(make_engine(f"sqlite:///{settings.data_dir.absolute() / KV_FILE}", durable=False), clock)

"""Whether each part a request needs can be used now, in one word each.

It decides the words. It must not know HTTP; the words never hold an address, a version or a secret.
"""

import logging
from collections.abc import Callable, Mapping

from sqlalchemy import Engine

from fhirportal.errors import PortalError, Unavailable
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.kv import KV
from fhirportal.storage.migrate import current, newest

OK = "ok"
_log = logging.getLogger(__name__)


def check_parts(engine: Engine, kv: KV, keyring: KeyRing) -> Mapping[str, str]:
    """Part -> "ok" or a stable code of what is wrong."""
    checks: dict[str, Callable[[], None]] = {
        "database": lambda: _check_schema(engine),
        "kv": kv.check,
        "keys": keyring.check,
    }
    return {name: _word(name, check) for name, check in checks.items()}


def _check_schema(engine: Engine) -> None:
    if current(engine) != newest():
        raise Unavailable("database: the schema is not this release's", code="migration-missing")


def _word(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except PortalError as error:
        return error.code
    except Exception:
        _log.exception("readiness check failed", extra={"event": "readiness-failed", "state": name})
        return "failed"
    return OK

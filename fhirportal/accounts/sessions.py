"""Sessions kept on the server: made at sign-in under a new secret, found by the cookie, ended for good.

It decides how long a session lives and what ends it. It must not know cookies' names, pages or the hospital's servers.
The browser holds a random secret; here stand only its hash, a record in KV and a row that says "open". All three must be
there: whoever deletes the row (sign-out, sign-out everywhere, the command line) ends the session on its next request.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Engine

from fhirportal.accounts.session import Chart, Living, Person, Session, dump_session, load_session
from fhirportal.storage import accounts

SECRET_BYTES = 32
SEEN_EVERY = timedelta(minutes=1)
MOST_CHARTS = 12
"""More charts than anyone looks at in one sitting; the oldest makes room."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class KV(Protocol):
    """What sessions need of the key-value store."""

    def put(self, key: str, value: bytes, ttl: float) -> None: ...
    def get(self, key: str) -> bytes | None: ...
    def take(self, key: str) -> bytes | None: ...
    def delete(self, key: str) -> None: ...


@dataclass(frozen=True)
class Opened:
    """A session just made or renewed. `secret` goes into the cookie and nowhere else; `let_go` are charts it dropped."""

    secret: str
    session: Session
    let_go: tuple[Chart, ...] = ()


class Sessions:
    """All sessions of this deployment. `idle` and `absolute` are how long one lives unused, and at most."""

    def __init__(self, kv: KV, engine: Engine, clock: Callable[[], datetime], *, idle: timedelta, absolute: timedelta) -> None:
        self._kv, self._engine, self._clock = kv, engine, clock
        self._idle, self._absolute = idle, absolute

    def chart_end(self) -> datetime:
        """When a chart opened now ends in any case."""
        return self._clock() + self._absolute

    def open(self, account_id: str | None, person: Person | None, chart: Chart, living: Living) -> Opened:
        """A session of its own for this person, with one chart. Raises Unavailable."""
        now, secret = self._clock(), secrets.token_urlsafe(SECRET_BYTES)
        session = Session(
            id=secrets.token_urlsafe(16),
            key=key_of(secret),
            account_id=account_id,
            person=person,
            csrf=secrets.token_urlsafe(SECRET_BYTES),
            charts={chart.handle: chart},
            created_at=now,
            expires_at=now + self._absolute,
            last_seen=now,
            locale=living.locale,
            theme=living.theme,
            terms=living.terms,
        )
        self._keep(session)
        return Opened(secret, session)

    def renew(self, old: Session, chart: Chart | None = None) -> Opened | None:
        """The same person's session under a new secret (a fixed or stolen old one is worth nothing), with this chart
        added; None if it has ended meanwhile. A chart of the same record keeps its handle, so open pages go on."""
        if not self._close(old.key):
            return None
        now, secret = self._clock(), secrets.token_urlsafe(SECRET_BYTES)
        charts, let_go = _charts_with(old, chart, now)
        end = now + self._absolute if chart else old.expires_at
        session = replace(old, key=key_of(secret), charts=charts, expires_at=end, last_seen=now)
        self._keep(session)
        return Opened(secret, session, let_go)

    def find(self, secret: str | None) -> Session | None:
        """The living session of this cookie value, its charts past their end left out; None otherwise. Raises Unavailable:
        a store that cannot be read is never a yes."""
        return self.find_by_key(key_of(secret)) if secret and _SECRET.fullmatch(secret) else None

    def find_by_key(self, key: str) -> Session | None:
        """The same, for a key that never left the server."""
        session = self._load(key)
        now = self._clock()
        if session is None or now >= session.expires_at or now - session.last_seen >= self._idle:
            return None
        if not accounts.is_open(self._engine, session.key, now):
            return None
        return replace(session, charts={h: c for h, c in session.charts.items() if c.expires_at > now})

    def touch(self, session: Session) -> Session:
        """Note that the person was here, at most once a minute."""
        now = self._clock()
        if now - session.last_seen < SEEN_EVERY:
            return session
        return self._live(replace(session, last_seen=now))

    def set_look(self, session: Session, locale: str | None, theme: str | None) -> Session:
        """Keep a choice of language and colours for this session; None leaves that one as it is."""
        chosen = replace(session, last_seen=self._clock())
        if locale is not None:
            chosen = replace(chosen, locale=locale)
        return self._live(chosen if theme is None else replace(chosen, theme=theme))

    def set_terms(self, session: Session, terms: str) -> Session:
        """Keep that "slug@version" was accepted in this session."""
        return self._live(replace(session, last_seen=self._clock(), terms=session.terms | {terms}))

    def end(self, session: Session) -> tuple[Chart, ...]:
        """End it; the charts whose tokens are to be deleted (once: of several enders one gets them)."""
        ended = self._close(session.key)
        return tuple(session.charts.values()) if ended else ()

    def end_all_of(self, account_id: str) -> tuple[Chart, ...]:
        """End every session of the account, in every browser; all their charts."""
        keys = accounts.close_sessions_of(self._engine, account_id)
        loaded = [session for session in map(self._load, keys) if session]
        for key in keys:
            self._forget(key)
        return tuple(chart for session in loaded for chart in session.charts.values())

    def _load(self, key: str) -> Session | None:
        raw, living = self._kv.get(f"session:{key}"), self._kv.get(f"living:{key}")
        return load_session(key, raw, Living.load(living)) if raw is not None and living is not None else None

    def _keep(self, session: Session) -> None:
        left = (session.expires_at - self._clock()).total_seconds()
        self._live(session)
        self._kv.put(f"session:{session.key}", dump_session(session), left)
        now = self._clock()
        accounts.open_session(self._engine, session.key, session.account_id, now, session.expires_at)

    def _live(self, session: Session) -> Session:
        living = Living(session.last_seen, session.locale, session.theme, session.terms)
        self._kv.put(f"living:{session.key}", living.dump(), self._idle.total_seconds())
        return session

    def _close(self, key: str) -> bool:
        ended = accounts.close_session(self._engine, key)
        self._forget(key)
        return ended

    def _forget(self, key: str) -> None:
        self._kv.delete(f"session:{key}")
        self._kv.delete(f"living:{key}")


def key_of(secret: str) -> str:
    """What stands for a cookie value on the server: SHA-256, so that a stolen store opens no session."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_handle() -> str:
    """A chart's handle: 144 random bits, readable in an address."""
    return secrets.token_urlsafe(18)


def _charts_with(old: Session, chart: Chart | None, now: datetime) -> tuple[dict[str, Chart], tuple[Chart, ...]]:
    """The charts after adding this one, and those it replaced or pushed out."""
    living = {handle: kept for handle, kept in old.charts.items() if kept.expires_at > now}
    let_go = [kept for kept in old.charts.values() if kept.handle not in living]
    if chart is None:
        return living, tuple(let_go)
    for kept in tuple(living.values()):
        if kept.same_record(chart):
            let_go.append(living.pop(kept.handle))
            chart = replace(chart, handle=kept.handle)
    living[chart.handle] = chart
    while len(living) > MOST_CHARTS:
        let_go.append(living.pop(next(iter(living))))
    return living, tuple(let_go)

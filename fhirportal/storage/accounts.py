"""Accounts, the identities that open them, the charts they reach and the sessions open now: plain functions over tables.

It decides what is written in one transaction. It must not know tokens, cookies, launches or what a relation means.
An identity is (issuer, sub) and nothing else: accounts are never joined by e-mail, name or patient.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from fhirportal.storage.engine import reading, writing
from fhirportal.storage.schema import accounts, chart_links, identities, open_sessions


@dataclass(frozen=True)
class Account:
    """One person, however many hospitals and ways in. `locale` and `theme` are their last choice, if any."""

    id: str
    locale: str | None
    theme: str | None


@dataclass(frozen=True)
class ChartLink:
    """One patient's chart this account has reached; `relation` is "self" or "trusted"."""

    hospital: str
    patient: str
    relation: str


def enter_account(engine: Engine, issuer: str, sub: str, link: ChartLink, now: datetime) -> Account:
    """The account of this identity, made on its first sign-in, with the chart linked to it: one transaction, and a second
    look where another was quicker, so that two sign-ins at once end at one account."""
    try:
        return _enter_account(engine, issuer, sub, link, now)
    except IntegrityError:
        return _enter_account(engine, issuer, sub, link, now)


def find_account(engine: Engine, issuer: str, sub: str) -> Account | None:
    """The account this identity opens, or None."""
    with reading(engine) as connection:
        return _find_by_identity(connection, issuer, sub)


def list_chart_links(engine: Engine, account_id: str) -> Sequence[ChartLink]:
    """Every chart the account has reached, oldest first."""
    wanted = select(chart_links).where(chart_links.c.account_id == account_id).order_by(chart_links.c.id)
    with reading(engine) as connection:
        return [ChartLink(row.hospital, row.patient, row.relation) for row in connection.execute(wanted)]


def set_look(engine: Engine, account_id: str, locale: str | None, theme: str | None) -> None:
    """Remember the person's choice of language and colours; None leaves that one as it is."""
    chosen = {name: value for name, value in (("locale", locale), ("theme", theme)) if value is not None}
    if chosen:
        with writing(engine) as connection:
            connection.execute(update(accounts).where(accounts.c.id == account_id).values(**chosen))


def open_session(engine: Engine, key: str, account_id: str | None, now: datetime, expires_at: datetime) -> None:
    """Write down that the session with this key (a hash) is open."""
    row = {"key": key, "account_id": account_id, "opened_at": now, "expires_at": expires_at}
    with writing(engine) as connection:
        connection.execute(insert(open_sessions).values(**row))


def is_open(engine: Engine, key: str, now: datetime) -> bool:
    """Whether that session has been neither ended nor outlived."""
    wanted = select(open_sessions.c.key).where(open_sessions.c.key == key, open_sessions.c.expires_at > now)
    with reading(engine) as connection:
        return connection.execute(wanted).first() is not None


def close_session(engine: Engine, key: str) -> bool:
    """End one session; whether it was open. Of several who try at once, one hears True."""
    with writing(engine) as connection:
        return connection.execute(delete(open_sessions).where(open_sessions.c.key == key)).rowcount > 0


def close_sessions_of(engine: Engine, account_id: str) -> Sequence[str]:
    """End every session of the account at once; their keys."""
    mine = open_sessions.c.account_id == account_id
    with writing(engine) as connection:
        keys = [row.key for row in connection.execute(select(open_sessions.c.key).where(mine))]
        connection.execute(delete(open_sessions).where(mine))
        return keys


def close_expired_sessions(engine: Engine, now: datetime) -> int:
    """Sweep the rows of sessions past their absolute end; how many. The worker calls this."""
    with writing(engine) as connection:
        return connection.execute(delete(open_sessions).where(open_sessions.c.expires_at <= now)).rowcount


def _enter_account(engine: Engine, issuer: str, sub: str, link: ChartLink, now: datetime) -> Account:
    with writing(engine) as connection:
        account = _find_by_identity(connection, issuer, sub) or _make(connection, issuer, sub, now)
        connection.execute(update(accounts).where(accounts.c.id == account.id).values(last_seen_at=now))
        _link(connection, account.id, link, now)
        return account


def _find_by_identity(connection: Connection, issuer: str, sub: str) -> Account | None:
    joined = accounts.join(identities, identities.c.account_id == accounts.c.id)
    wanted = (
        select(accounts.c.id, accounts.c.locale, accounts.c.theme)
        .select_from(joined)
        .where(identities.c.issuer == issuer, identities.c.sub == sub)
    )
    row = connection.execute(wanted).first()
    return Account(row.id, row.locale, row.theme) if row else None


def _make(connection: Connection, issuer: str, sub: str, now: datetime) -> Account:
    account = Account(secrets.token_urlsafe(16), None, None)
    connection.execute(insert(accounts).values(id=account.id, created_at=now, last_seen_at=now))
    connection.execute(insert(identities).values(issuer=issuer, sub=sub, account_id=account.id, created_at=now))
    return account


def _link(connection: Connection, account_id: str, link: ChartLink, now: datetime) -> None:
    same = (
        (chart_links.c.account_id == account_id)
        & (chart_links.c.hospital == link.hospital)
        & (chart_links.c.patient == link.patient)
    )
    if connection.execute(update(chart_links).where(same).values(relation=link.relation)).rowcount == 0:
        row = {"hospital": link.hospital, "patient": link.patient, "relation": link.relation}
        connection.execute(insert(chart_links).values(account_id=account_id, created_at=now, **row))

"""Accounts under a race, and sessions at their edges."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from fhirportal.access.viewer import Authority, Kind, Origin
from fhirportal.accounts.session import Chart, Living, Person
from fhirportal.accounts.sessions import MOST_CHARTS, Sessions, new_handle
from fhirportal.storage import accounts, migrate, schema, terms
from fhirportal.storage.engine import make_engine, reading
from fhirportal.storage.kv_sql import SqlKV

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
LINK = accounts.ChartLink("alder", "p1", "self")


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def engine(tmp_path):
    made = make_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    migrate.upgrade(made)
    return made


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sessions(engine, tmp_path, clock):
    kv = SqlKV(make_engine(f"sqlite:///{tmp_path / 'kv.db'}"), clock)
    return Sessions(kv, engine, clock, idle=timedelta(minutes=30), absolute=timedelta(hours=12))


def chart(patient="p1", token="t1", **changes):
    values = {
        "handle": new_handle(), "hospital": "alder", "patient": patient, "kind": Kind.SELF, "origin": Origin.EHR_LAUNCH,
        "actor": f"Patient/{patient}", "authority": Authority("user-token", token), "scopes": frozenset({"patient/*.rs"}),
        "expires_at": NOW + timedelta(hours=12),
    }  # fmt: skip
    return Chart(**(values | changes))


def test_many_first_sign_ins_at_once_make_one_account(engine):
    found, barrier = [], threading.Barrier(8)

    def enter():
        barrier.wait()
        found.append(accounts.enter_account(engine, "https://ehr", "sub", LINK, NOW).id)

    threads = [threading.Thread(target=enter) for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(schema.accounts)).scalar() == 1
    assert len(set(found)) == 1 and len(found) == 8


def test_the_same_sub_of_another_issuer_is_another_person(engine):
    one = accounts.enter_account(engine, "https://one", "sub", LINK, NOW)
    assert accounts.enter_account(engine, "https://two", "sub", LINK, NOW).id != one.id


def test_the_first_acceptance_of_terms_stays(engine):
    account = accounts.enter_account(engine, "i", "s", LINK, NOW).id
    terms.accept_terms(engine, account, "alder", "1", "en", NOW)
    terms.accept_terms(engine, account, "alder", "1", "es", NOW + timedelta(days=1))
    with reading(engine) as connection:
        assert [(r.language, r.at) for r in connection.execute(select(schema.terms_accepted))] == [("en", NOW)]
    assert not terms.has_accepted(engine, account, "alder", "2")


def test_a_session_comes_back_as_it_was_kept(sessions):
    opened = sessions.open(None, Person("i", "s"), chart(), Living(NOW, "es", "dark"))
    found = sessions.find(opened.secret)
    assert found == opened.session
    assert opened.secret not in repr(found) and len(found.key) == 64


def test_last_seen_is_written_at_most_once_a_minute(sessions, clock):
    opened = sessions.open(None, None, chart(), Living(NOW))
    clock.now += timedelta(seconds=59)
    assert sessions.touch(sessions.find(opened.secret)).last_seen == NOW
    clock.now += timedelta(seconds=1)
    assert sessions.touch(sessions.find(opened.secret)).last_seen == clock.now


def test_too_many_charts_let_the_oldest_go(sessions):
    opened = sessions.open(None, Person("i", "s"), chart("p0", "t0"), Living(NOW))
    for number in range(1, MOST_CHARTS + 1):
        opened = sessions.renew(opened.session, chart(f"p{number}", f"t{number}"))
    assert len(opened.session.charts) == MOST_CHARTS
    assert [gone.patient for gone in opened.let_go] == ["p0"]


def test_a_chart_ends_with_its_own_launch_although_the_session_lives_on(sessions, clock):
    first = chart("p1", "t1")
    opened = sessions.open(None, Person("i", "s"), first, Living(NOW))
    clock.now += timedelta(minutes=20)
    opened = sessions.renew(opened.session, chart("p2", "t2", expires_at=clock.now + timedelta(hours=12)))
    for _ in range(35):
        clock.now += timedelta(minutes=20)
        sessions.touch(sessions.find(opened.secret))
    assert [c.patient for c in sessions.find(opened.secret).charts.values()] == ["p2"]


def test_of_two_enders_one_gets_the_charts(sessions):
    opened = sessions.open(None, None, chart(), Living(NOW))
    assert len(sessions.end(opened.session)) == 1
    assert sessions.end(opened.session) == ()


@pytest.mark.parametrize("secret", [None, "", "x", "A" * 43, "a" * 10_000, "é" * 43])
def test_no_other_secret_opens_anything(sessions, secret):
    sessions.open(None, None, chart(), Living(NOW))
    assert sessions.find(secret) is None


def test_an_unknown_person_never_owns_a_session_twice(sessions):
    session = sessions.open(None, None, chart(), Living(NOW)).session
    assert not session.belongs_to(None, None)
    assert not session.belongs_to("acc", None)


def test_expired_rows_are_swept(engine, sessions, clock):
    sessions.open(None, None, chart(), Living(NOW))
    clock.now += timedelta(hours=13)
    assert accounts.close_expired_sessions(engine, clock.now) == 1

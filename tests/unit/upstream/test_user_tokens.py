"""Tokens of people signed in: when they are refreshed, by whom, and when it is over."""

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from fhirportal.errors import Conflict, NotFound, UpstreamDown
from fhirportal.upstream.auth import UserTokens
from fhirportal.upstream.errors import UpstreamSignedOut
from smart_launch.errors import DiscoveryFailed, HttpFailure, SessionEnded, TokenError, TokenUnreachable

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Right:
    kind: str = "user-token"
    token_id: str = "t1"


@dataclass(frozen=True)
class Row:
    id: str = "t1"
    hospital: str = "h"
    access_token: str = "a1"
    refresh_token: str | None = "r1"
    expires_at: datetime | None = NOW + timedelta(hours=1)
    scopes: frozenset = frozenset()
    version: int = 1


class Rows(dict):
    """The token store's promises, in memory."""

    lock = threading.Lock()

    def get(self, token_id):
        if token_id not in self:
            raise NotFound
        return self[token_id]

    def replace(self, row):
        with self.lock:
            if self.get(row.id).version != row.version:
                raise Conflict
            self[row.id] = replace(row, version=row.version + 1)
            return self[row.id]


@dataclass
class Held:
    leases: "Leases"
    name: str

    def release(self):
        self.leases.held.discard(self.name)


@dataclass
class Leases:
    held: set = field(default_factory=set)
    marks: set = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, key, value, ttl):
        with self.lock:
            fresh = key not in self.marks
            self.marks.add(key)
            return fresh

    def lease(self, name, ttl):
        with self.lock:
            if name in self.held:
                return None
            self.held.add(name)
            return Held(self, name)


@dataclass
class Hospital:
    """Its token endpoint: rotates refresh tokens, and each works once."""

    calls: list = field(default_factory=list)
    trouble: Exception | None = None
    before: object = None
    valid: str = "r1"

    def __call__(self, row):
        self.calls.append(row.refresh_token)
        if self.before:
            self.before()
        if self.trouble:
            raise self.trouble
        if row.refresh_token != self.valid:
            raise SessionEnded
        count = len(self.calls) + 1
        self.valid = f"r{count}"
        return replace(row, access_token=f"a{count}", refresh_token=self.valid, expires_at=NOW + timedelta(hours=2))


@dataclass
class Scene:
    rows: Rows
    leases: Leases
    hospital: Hospital
    now: datetime = NOW

    def __post_init__(self):
        self.tokens = UserTokens(self.rows, self.leases, self.hospital, lambda: self.now, sleep=lambda _: None)

    def access_token(self):
        return self.tokens.access_token(Right())


@pytest.fixture
def scene():
    return Scene(Rows(t1=Row()), Leases(), Hospital())


def test_a_living_token_is_used_as_it_is(scene):
    assert scene.access_token() == "a1"
    scene.rows["t1"] = Row(expires_at=None)
    assert scene.access_token() == "a1"
    assert scene.hospital.calls == []


@pytest.mark.parametrize("left", [-3600, -1, 0, 30, 60])
def test_it_is_refreshed_before_its_end(scene, left):
    scene.rows["t1"] = Row(expires_at=NOW + timedelta(seconds=left))
    assert scene.access_token() == "a2"
    assert scene.rows["t1"].version == 2
    assert scene.leases.held == set()
    assert scene.access_token() == "a2"
    assert scene.hospital.calls == ["r1"]


def test_a_token_shorter_lived_than_the_margin_is_not_refreshed_by_each_request(scene):
    scene.rows["t1"] = Row(expires_at=NOW + timedelta(seconds=40))
    scene.hospital = scene.tokens.renew
    scene.access_token()
    scene.rows["t1"] = replace(scene.rows["t1"], expires_at=NOW + timedelta(seconds=40))
    assert [scene.access_token() for _ in range(5)] == ["a2"] * 5
    assert len(scene.hospital.calls) == 1


@pytest.mark.parametrize("trouble", [TokenUnreachable(), TokenError(), SessionEnded(), DiscoveryFailed(), HttpFailure("x")])
def test_trouble_before_the_end_waits_for_the_end(scene, trouble):
    scene.rows["t1"] = Row(expires_at=NOW + timedelta(seconds=40))
    scene.hospital.trouble = trouble
    assert scene.access_token() == "a1"


@pytest.mark.parametrize("row", [Row(refresh_token=None, expires_at=NOW), None])
def test_without_a_way_to_refresh_it_is_over(scene, row):
    scene.rows.pop("t1")
    if row:
        scene.rows["t1"] = row
    with pytest.raises(UpstreamSignedOut):
        scene.access_token()


def test_a_dead_refresh_token_is_a_sign_out(scene):
    scene.rows["t1"] = Row(expires_at=NOW)
    scene.hospital.trouble = SessionEnded()
    with pytest.raises(UpstreamSignedOut):
        scene.access_token()
    assert scene.leases.held == set()


def test_a_dead_refresh_token_that_another_process_has_used_is_not(scene):
    scene.rows["t1"] = Row(expires_at=NOW)

    def other_process():
        scene.rows["t1"] = Row(access_token="theirs", refresh_token="r9", version=2)

    scene.hospital.before, scene.hospital.trouble = other_process, SessionEnded()
    assert scene.access_token() == "theirs"


def test_a_refresh_overtaken_gives_the_newer_one(scene):
    scene.rows["t1"] = Row(expires_at=NOW)
    scene.hospital.before = lambda: scene.rows.update(t1=Row(access_token="theirs", version=2))
    assert scene.access_token() == "theirs"


def test_signed_out_while_refreshing_stays_signed_out(scene):
    scene.rows["t1"] = Row(expires_at=NOW)
    scene.hospital.before = scene.rows.clear
    with pytest.raises(UpstreamSignedOut):
        scene.access_token()
    assert "t1" not in scene.rows


def test_a_token_endpoint_that_is_away_is_not_a_sign_out(scene):
    scene.rows["t1"] = Row(expires_at=NOW)
    scene.hospital.trouble = TokenUnreachable(retry_after=30)
    with pytest.raises(UpstreamDown) as caught:
        scene.access_token()
    assert caught.value.retry_after == 30
    scene.hospital.trouble = None
    assert scene.access_token() == "a3"


def test_a_rejected_token_is_refreshed_unless_that_was_done(scene):
    assert scene.tokens.refresh(Right(), "a1") == "a2"
    assert scene.tokens.refresh(Right(), "a1") == "a2"
    assert len(scene.hospital.calls) == 1


def test_many_at_once_refresh_once(scene):
    scene.rows["t1"] = Row(expires_at=NOW)
    tokens = replace(scene.tokens, sleep=lambda seconds: threading.Event().wait(seconds / 10))
    scene.hospital.before = lambda: threading.Event().wait(0.05)
    got = []
    threads = [threading.Thread(target=lambda: got.append(tokens.access_token(Right()))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["a2"] * 12
    assert scene.hospital.calls == ["r1"]


def test_a_lease_that_is_never_given_back_ends_in_try_again(scene):
    scene.rows["t1"] = Row(expires_at=NOW)
    scene.leases.lease("refresh/t1", 30)
    with pytest.raises(UpstreamDown):
        scene.access_token()

"""Keys: made once, published before use, opened long after, and useless without the master key."""

import base64
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import Engine, select, update

from fhirportal.errors import NotFound
from fhirportal.settings import Secret
from fhirportal.storage import keyring, migrate
from fhirportal.storage.engine import make_engine, reading, writing
from fhirportal.storage.keyring import MAX_AGE, PUBLISHED_FIRST, RETIRED_SHOWN, KeyRing
from fhirportal.storage.schema import keys
from fhirportal.storage.sealing import CannotUnseal, WrongMasterKey, make_master_key, parse_master_key

ONE = Secret(base64.b64encode(b"1" * 32).decode())
TWO = Secret(base64.b64encode(b"2" * 32).decode())
PURPOSE = "client-assertion"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    migrate.upgrade(engine)
    return engine


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ring(engine: Engine, clock: Clock) -> KeyRing:
    return KeyRing(engine, ONE, clock)


def _kids(ring: KeyRing) -> list[str]:
    return [key["kid"] for key in ring.public_keys(PURPOSE, "alder")]


def test_sealed_bytes_open_in_another_process(engine: Engine, ring: KeyRing, clock: Clock) -> None:
    sealed = ring.seal("tokens", b"secret", context="row1")
    assert b"secret" not in sealed
    assert KeyRing(engine, ONE, clock).unseal("tokens", sealed, context="row1") == b"secret"


def test_the_same_bytes_never_look_the_same(ring: KeyRing) -> None:
    assert ring.seal("tokens", b"secret") != ring.seal("tokens", b"secret")


@pytest.mark.parametrize(("purpose", "context"), [("kv", "row1"), ("tokens", "row2"), ("tokens", ""), ("tokensrow1", "")])
def test_not_in_another_place(ring: KeyRing, purpose: str, context: str) -> None:
    ring.seal("kv", b"warm")
    sealed = ring.seal("tokens", b"secret", context="row1")
    with pytest.raises(CannotUnseal):
        ring.unseal(purpose, sealed, context=context)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_is_noticed(ring: KeyRing, data: st.DataObject) -> None:
    sealed = bytearray(ring.seal("tokens", b"secret"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotUnseal):
        ring.unseal("tokens", bytes(sealed))


@given(junk=st.binary(max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_junk_does_not_open(ring: KeyRing, junk: bytes) -> None:
    with pytest.raises(CannotUnseal):
        ring.unseal("tokens", junk)


def test_another_master_key_opens_nothing(engine: Engine, ring: KeyRing, clock: Clock) -> None:
    sealed = ring.seal("tokens", b"secret")
    other = KeyRing(engine, TWO, clock)
    with pytest.raises(WrongMasterKey):
        other.check()
    with pytest.raises(WrongMasterKey):
        other.unseal("tokens", sealed)
    ring.check()


def test_a_key_row_cannot_take_another_ones_place(engine: Engine, ring: KeyRing, clock: Clock) -> None:
    ring.signing_key(PURPOSE, "alder", "ES384")
    with writing(engine) as connection:
        connection.execute(update(keys).values(hospital="fenwick"))
    with pytest.raises(WrongMasterKey):
        KeyRing(engine, ONE, clock).signing_key(PURPOSE, "fenwick", "ES384")


def test_rewrap_changes_the_master_key(engine: Engine, ring: KeyRing, clock: Clock) -> None:
    sealed = ring.seal("tokens", b"secret")
    assert ring.rewrap(TWO) == 1
    assert ring.unseal("tokens", sealed) == b"secret"
    assert KeyRing(engine, TWO, clock).unseal("tokens", sealed) == b"secret"
    with pytest.raises(WrongMasterKey):
        KeyRing(engine, ONE, clock).check()


@pytest.mark.parametrize("alg", ["RS384", "ES384", "RS256"])
def test_what_we_sign_is_checked_with_what_we_publish(ring: KeyRing, alg: keyring.SigningAlg) -> None:
    key = ring.signing_key(PURPOSE, "alder", alg)
    signed = jwt.encode({"alg": alg, "kid": key.kid}, {"iss": "us"}, key, algorithms=[alg])
    published = ring.public_keys(PURPOSE, "alder")
    assert jwt.decode(signed, KeySet.import_key_set({"keys": published}), algorithms=[alg]).claims == {"iss": "us"}
    assert published[0] | {"alg": alg, "key_ops": ["verify"], "kid": key.kid} == published[0]
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(published[0])


def test_each_hospital_and_purpose_has_keys_of_its_own(ring: KeyRing) -> None:
    one = ring.signing_key(PURPOSE, "alder", "ES384")
    two = ring.signing_key(PURPOSE, "fenwick", "ES384")
    three = ring.signing_key("id-token", "alder", "ES384")
    assert len({one.kid, two.kid, three.kid}) == 3
    assert _kids(ring) == [one.kid]


def test_two_first_users_end_at_one_key(engine: Engine, clock: Clock) -> None:
    kids: list[str | None] = []
    barrier = threading.Barrier(4)

    def use() -> None:
        ring = KeyRing(engine, ONE, clock)
        barrier.wait(10)
        kids.append(ring.signing_key(PURPOSE, "alder", "ES384").kid)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(kids) == 4
    assert len(set(kids)) == 1


def test_the_life_of_a_signing_key(ring: KeyRing, clock: Clock) -> None:
    first = ring.signing_key(PURPOSE, "alder", "ES384").kid
    assert ring.rotate_due() == []
    clock.forward(MAX_AGE - PUBLISHED_FIRST)
    assert len(ring.rotate_due()) == 1
    assert ring.rotate_due() == []
    assert len(_kids(ring)) == 2
    assert ring.signing_key(PURPOSE, "alder", "ES384").kid == first
    clock.forward(PUBLISHED_FIRST)
    assert len(ring.rotate_due()) == 1
    second = ring.signing_key(PURPOSE, "alder", "ES384").kid
    assert second != first
    assert _kids(ring) == [first, second]
    clock.forward(RETIRED_SHOWN)
    assert ring.rotate_due() == [f"removed {first}"]
    assert _kids(ring) == [second]


def test_a_key_that_leaked_is_gone_at_once(ring: KeyRing) -> None:
    leaked = ring.signing_key(PURPOSE, "alder", "ES384").kid
    ring.rotate(PURPOSE, "alder", "ES384")
    fresh = ring.rotate(PURPOSE, "alder", "ES384", at_once=True)
    assert ring.signing_key(PURPOSE, "alder", "ES384").kid == fresh != leaked
    assert _kids(ring) == [fresh]


def test_keys_are_listed_without_secrets(ring: KeyRing) -> None:
    ring.seal("kv", b"x")
    kid = ring.signing_key(PURPOSE, "alder", "ES384").kid
    listed = {(key.purpose, key.hospital, key.alg, key.state) for key in ring.list_keys()}
    assert listed == {("kv", "", "A256GCM", "active"), (PURPOSE, "alder", "ES384", "active")}
    assert kid in {key.kid for key in ring.list_keys()}


def test_rotating_twice_publishes_once(ring: KeyRing) -> None:
    ring.signing_key(PURPOSE, "alder", "ES384")
    assert ring.rotate(PURPOSE, "alder", "ES384") == ring.rotate(PURPOSE, "alder", "ES384")
    with pytest.raises(NotFound):
        ring.rotate(PURPOSE, "nowhere", "ES384")


def test_what_was_sealed_opens_after_rotation(ring: KeyRing, engine: Engine, clock: Clock) -> None:
    sealed = ring.seal("tokens", b"secret")
    ring.rotate("tokens", at_once=True)
    clock.forward(timedelta(days=400))
    ring.rotate_due()
    again = ring.seal("tokens", b"secret")
    assert again[1:17] != sealed[1:17]
    assert ring.unseal("tokens", sealed) == KeyRing(engine, ONE, clock).unseal("tokens", sealed) == b"secret"


def test_another_process_takes_up_the_new_key_within_a_minute(ring: KeyRing, engine: Engine, clock: Clock) -> None:
    other = KeyRing(engine, ONE, clock)
    other.signing_key(PURPOSE, "alder", "ES384")
    fresh = ring.rotate(PURPOSE, "alder", "ES384", at_once=True)
    clock.forward(timedelta(seconds=61))
    assert other.signing_key(PURPOSE, "alder", "ES384").kid == fresh


def test_the_database_holds_no_private_part_in_the_clear(ring: KeyRing, engine: Engine) -> None:
    ring.signing_key(PURPOSE, "alder", "ES384")
    with reading(engine) as connection:
        row = connection.execute(select(keys)).mappings().one()
    assert b'"d"' not in row["sealed_private"]
    assert '"d"' not in row["public_jwk"]


@pytest.mark.parametrize("wrong", ["", "not base64!", base64.b64encode(b"short").decode(), "A" * 43])
def test_wrong_master_keys_are_refused_without_showing_them(wrong: str) -> None:
    with pytest.raises(ValueError, match="master key") as caught:
        parse_master_key(Secret(wrong))
    assert not wrong or wrong not in str(caught.value)


def test_a_made_master_key_is_private_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master"
    make_master_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(parse_master_key(Secret(path.read_text()))) == 32
    with pytest.raises(FileExistsError):
        make_master_key(path)

"""What every short-lived store promises, over SQLite and over a real Redis."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from fhirportal.storage.kv import KV

LONG = 60.0
SHORT = 0.15


def test_put_get_delete(store: KV) -> None:
    assert store.get("a") is None
    store.put("a", b"\x00one", LONG)
    store.put("a", b"two\xff", LONG)
    assert store.get("a") == b"two\xff"
    store.delete("a")
    store.delete("a")
    assert store.get("a") is None


def test_an_empty_value_is_a_value(store: KV) -> None:
    store.put("a", b"", LONG)
    assert store.get("a") == b""
    assert store.take("a") == b""
    assert store.take("a") is None


def test_take_gives_it_once(store: KV) -> None:
    store.put("a", b"one", LONG)
    assert store.take("a") == b"one"
    assert store.take("a") is None
    assert store.get("a") is None


def test_add_only_where_nothing_is(store: KV) -> None:
    assert store.add("a", b"one", LONG)
    assert not store.add("a", b"two", LONG)
    assert store.get("a") == b"one"
    store.delete("a")
    assert store.add("a", b"two", LONG)


def test_everything_ends(store: KV) -> None:
    store.put("get", b"x", SHORT)
    store.put("take", b"x", SHORT)
    store.add("add", b"x", SHORT)
    lease = store.lease("lease", SHORT)
    assert lease is not None
    assert store.count("count", SHORT) == 1
    time.sleep(SHORT * 2)
    assert store.get("get") is None
    assert store.take("take") is None
    assert store.add("add", b"y", LONG)
    assert store.get("add") == b"y"
    assert store.count("count", LONG) == 1
    assert not lease.renew(LONG)
    assert store.lease("lease", LONG) is not None


def test_put_renews_the_time(store: KV) -> None:
    store.put("a", b"x", SHORT)
    store.put("a", b"y", LONG)
    time.sleep(SHORT * 2)
    assert store.get("a") == b"y"


def test_a_window_opens_with_its_first_count_and_is_not_prolonged(store: KV) -> None:
    assert [store.count("a", 0.4) for _ in range(3)] == [1, 2, 3]
    time.sleep(0.25)
    assert store.count("a", 0.4) == 4
    time.sleep(0.25)
    assert store.count("a", 0.4) == 1


def test_kinds_do_not_mix(store: KV) -> None:
    store.put("a", b"x", LONG)
    assert store.count("a", LONG) == 1
    lease = store.lease("a", LONG)
    assert lease is not None
    lease.release()
    assert store.get("a") == b"x"
    assert store.count("a", LONG) == 2


def test_one_holder_at_a_time_and_fences_grow(store: KV) -> None:
    first = store.lease("job", LONG)
    assert first is not None
    assert store.lease("job", LONG) is None
    other = store.lease("other", LONG)
    assert other is not None
    first.release()
    second = store.lease("job", LONG)
    assert second is not None
    assert first.fence < other.fence < second.fence


def test_one_who_lost_the_lease_cannot_touch_the_next_one(store: KV) -> None:
    late = store.lease("job", SHORT)
    assert late is not None
    time.sleep(SHORT * 2)
    holder = store.lease("job", LONG)
    assert holder is not None
    late.release()
    assert not late.renew(LONG)
    assert store.lease("job", LONG) is None
    assert holder.renew(LONG)


def test_a_renewed_lease_lasts(store: KV) -> None:
    lease = store.lease("job", SHORT)
    assert lease is not None
    assert lease.renew(LONG)
    time.sleep(SHORT * 2)
    assert store.lease("job", LONG) is None


def test_sweep_leaves_what_lives(store: KV) -> None:
    store.put("gone", b"x", SHORT)
    store.put("here", b"x", LONG)
    time.sleep(SHORT * 2)
    store.sweep(datetime.now(UTC))
    assert store.get("here") == b"x"
    store.sweep(datetime.now(UTC) + timedelta(seconds=1))
    assert store.get("here") == b"x"


@pytest.mark.parametrize("ttl", [0.0, -1.0, float("nan")])
def test_a_time_that_is_none_is_refused(store: KV, ttl: float) -> None:
    for call in (lambda: store.put("a", b"", ttl), lambda: store.count("a", ttl), lambda: store.lease("a", ttl)):
        with pytest.raises(ValueError, match="ttl"):
            call()


def test_wrong_keys_and_values_are_refused(store: KV) -> None:
    for key in ("", "k" * 201):
        with pytest.raises(ValueError, match="key"):
            store.get(key)
    with pytest.raises(ValueError, match="value"):
        store.put("a", b"x" * (1024 * 1024 + 1), LONG)


def test_long_and_strange_keys_stay_apart(store: KV) -> None:
    for n, key in enumerate(("k" * 200, "ключ", "a:b", "a b", "a%b")):
        store.put(key, str(n).encode(), LONG)
    assert store.get("k" * 200) == b"0"
    assert store.get("ключ") == b"1"
    assert store.get("a%b") == b"4"


def test_check_answers(store: KV) -> None:
    store.check()

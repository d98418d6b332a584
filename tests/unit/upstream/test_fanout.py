"""Many calls at once: order, deadlines, context, room."""

import threading
import time
from contextvars import ContextVar

import pytest

from fhirportal.errors import UpstreamDown, UpstreamTimeout
from fhirportal.upstream.fanout import Fanout

request_id = ContextVar("request_id", default="none")


@pytest.fixture
def make():
    made = []

    def fanout(threads=8):
        made.append(Fanout(threads))
        return made[-1]

    yield fanout
    for fanout in made:
        fanout.close()


def soon(seconds=2.0):
    return time.monotonic() + seconds


def test_answers_come_in_the_order_asked_and_at_once(make):
    def call(number):
        time.sleep(0.1)
        return number

    begun = time.monotonic()
    assert make().map_([lambda n=n: call(n) for n in range(8)], soon()) == list(range(8))
    assert time.monotonic() - begun < 0.4


def test_an_error_of_ours_is_that_part_only(make):
    def down():
        raise UpstreamDown

    one, two = make().map_([down, lambda: 2], soon())
    assert isinstance(one, UpstreamDown)
    assert two == 2


def test_a_fault_is_not_hidden(make):
    def faulty():
        raise KeyError("bug")

    with pytest.raises(KeyError):
        make().map_([faulty, lambda: 2], soon())
    with pytest.raises(TimeoutError):
        make().map_([lambda: (_ for _ in ()).throw(TimeoutError)], soon())


def test_what_is_late_is_missing_alone(make):
    gate = threading.Event()
    begun = time.monotonic()
    late, quick = make().map_([lambda: gate.wait(5), lambda: 1], soon(0.2))
    gate.set()
    assert time.monotonic() - begun < 0.5
    assert isinstance(late, UpstreamTimeout)
    assert quick == 1


def test_what_waited_too_long_is_never_started(make):
    gate, ran = threading.Event(), []
    fanout = make(1)
    fanout.map_([lambda: gate.wait(5), lambda: ran.append(1)], soon(0.1))
    gate.set()
    fanout.map_([lambda: None], soon())
    assert ran == []


def test_context_goes_along(make):
    request_id.set("r-7")
    assert make().map_([request_id.get] * 3, soon()) == ["r-7"] * 3


def test_over_its_room_the_caller_works_itself(make):
    fanout = make(1)
    names = fanout.map_([lambda: time.sleep(0.01) or threading.current_thread().name] * 12, soon())
    assert threading.current_thread().name in names
    assert any(name.startswith("fanout") for name in names)
    assert fanout.map_([lambda: 1] * 3, soon()) == [1, 1, 1]


def test_room_comes_back(make):
    fanout = make(2)
    for _ in range(20):
        assert fanout.map_([lambda: 1] * 10, soon()) == [1] * 10
    me = threading.current_thread()
    assert me not in fanout.map_([threading.current_thread] * 10, soon())


def test_nothing_to_do_is_nothing(make):
    assert make().map_([], soon()) == []


def test_start_waits_for_nobody(make):
    done = threading.Event()
    make().start(done.set)
    assert done.wait(2)

"""Ways in which a real FHIR server fails, switched on by tests over HTTP: one row of `KINDS` for each.

It stands in front of the whole FHIR base as WSGI, because some faults are below HTTP. It decides what goes wrong and for
which addresses; it must not know FHIR, rights or vendors. The switches live in this process and end with it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HANG_UP = "sandbox.hang_up"
"""Where a web server of ours puts what closes the connection: `(reset: bool) -> NoReturn`."""
FAULT_SWITCHES = frozenset({"latency_ms", "faults", "reset"})
MOST_HELD = 20
LONGEST = 600.0
PIECES = 40
_PAGE = "<!doctype html><html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>"


class BadFault(ValueError):
    """A switch nobody knows, or a value it does not take; the text names it."""


class HungUp(Exception):
    """The connection is to be closed without an answer; `reset`: with RST instead of FIN."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__("hung up")
        self.reset = reset


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`type` is the first word after the FHIR base ("Invoice", "metadata"); "" stands for every address. `seconds`: how long
    timeout waits and drip takes; `times`: how often it strikes, None: until it is switched off."""

    kind: str
    type: str = ""
    seconds: float = 30.0
    retry_after: int = 2
    times: int | None = None


class Switchboard:
    """The faults of one base. `{"latency_ms": n, "faults": [{"type": "Invoice", "kind": "timeout", "seconds": 30}, ...]}`
    sets what it names; `{"reset": true}` first puts all back. Whoever is held by a fault goes on when it is switched off."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._turn = 0
        self._held = 0
        self._latency = 0.0
        self._faults: tuple[Fault, ...] = ()
        self._left: dict[int, int] = {}

    def turn(self, changes: Mapping[str, Any]) -> None:
        """Raises BadFault; then nothing has changed. Names of others' switches are let pass."""
        if not FAULT_SWITCHES & changes.keys():
            return
        reset = changes.get("reset") is True
        latency = _latency(changes["latency_ms"]) if "latency_ms" in changes else 0.0 if reset else self._latency
        faults = parse_faults(changes["faults"]) if "faults" in changes else () if reset else self._faults
        with self._changed:
            self._latency, self._turn = latency, self._turn + 1
            if faults is not self._faults:
                self._faults = faults
                self._left = {n: f.times for n, f in enumerate(faults) if f.times is not None}
            self._changed.notify_all()

    def shown(self) -> dict[str, Any]:
        """What is switched on now."""
        with self._changed:
            return {"latency_ms": self._latency * 1000, "faults": [dict(vars(f)) for f in self._faults], "held": self._held}

    def strike(self, type_: str) -> Fault | None:
        """The first fault for this address, used up by one."""
        with self._changed:
            for n, fault in enumerate(self._faults):
                if fault.type in ("", type_) and self._left.get(n, 1) > 0:
                    if n in self._left:
                        self._left[n] -= 1
                    return fault
        return None

    def delay(self) -> None:
        """The network's latency."""
        if self._latency:
            self.hold(self._latency, most=10_000)

    def hold(self, seconds: float, most: int = MOST_HELD) -> None:
        """Waits, or until a switch is turned. Raises HungUp where so many wait already that the server would run out of
        threads and could not even be switched back."""
        with self._changed:
            if self._held >= most:
                raise HungUp(reset=False)
            turn, self._held = self._turn, self._held + 1
            try:
                self._changed.wait_for(lambda: self._turn != turn, seconds)
            finally:
                self._held -= 1


def parse_faults(listed: object) -> tuple[Fault, ...]:
    """Raises BadFault."""
    if not isinstance(listed, list | tuple):
        raise BadFault("faults takes a list of objects")
    return tuple(_fault(row) for row in listed)


def _fault(row: object) -> Fault:
    if not isinstance(row, Mapping) or row.get("kind") not in KINDS:
        raise BadFault(f"a fault needs a kind, one of: {', '.join(KINDS)}")
    known = {field.name for field in fields(Fault)}
    if foreign := sorted(set(row) - known):
        raise BadFault(f"a fault takes {', '.join(sorted(known))}, not {foreign[0]!r}")
    for name in row.keys() & {"seconds", "retry_after", "times"}:
        if row[name] is not None or name != "times":
            _require_number(name, row[name])
    if not isinstance(row.get("type", ""), str):
        raise BadFault("type takes a word")
    return Fault(**row)


def _latency(value: object) -> float:
    return _require_number("latency_ms", value, LONGEST * 1000) / 1000


def _require_number(name: str, value: object, most: float = LONGEST) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise BadFault(f"{name} takes a number from 0 to {most:.0f}")
    return value


class FaultyFront:
    """A WSGI application before another: strikes below `/<base>/fhir`, lets everything else through."""

    def __init__(self, app: WSGIApplication, boards: Mapping[str, Switchboard]) -> None:
        self._app, self._boards = app, boards

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        base, _, below = unquote(str(environ.get("PATH_INFO", ""))).strip("/").partition("/")
        room, _, rest = below.partition("/")
        board = self._boards.get(base) if room == "fhir" else None
        if board is None:
            return self._app(environ, start_response)
        try:
            board.delay()
            fault = board.strike(rest.partition("/")[0])
            if fault is None:
                return self._app(environ, start_response)
            struck = KINDS[fault.kind](fault, lambda: Response.from_app(self._app, environ, buffered=True), board)
            return struck(environ, start_response)
        except HungUp as gone:
            return _hung_up(environ, start_response, gone)


def _hung_up(environ: WSGIEnvironment, start_response: StartResponse, gone: HungUp) -> Iterable[bytes]:
    """Where the web server cannot close the connection by itself, an answer that breaks off is the nearest thing."""
    if close := environ.get(HANG_UP):
        close(gone.reset)
    start_response("200 OK", [("Content-Type", "application/fhir+json"), ("Content-Length", "1000")])
    return _breaking()


def _breaking() -> Iterator[bytes]:
    yield b'{"resourceType":'
    raise ConnectionAbortedError("hung up")


# --- the table of faults ------------------------------------------------------------------------------------------------

Good = Callable[[], Response]


def _outcome(status: int, code: str, text: str, **headers: str) -> Response:
    issue = {"severity": "error", "code": code, "diagnostics": text}
    body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status, named, content_type="application/fhir+json; charset=utf-8")


def _timeout(fault: Fault, good: Good, board: Switchboard) -> Response:
    board.hold(fault.seconds)
    return good()


def _drop(fault: Fault, _good: Good, _board: Switchboard) -> Response:
    raise HungUp(reset=fault.kind == "reset")


def _busy(fault: Fault, _good: Good, _board: Switchboard) -> Response:
    return _outcome(429, "throttled", "too many requests", Retry_After=str(fault.retry_after))


def _error(_fault: Fault, _good: Good, _board: Switchboard) -> Response:
    return _outcome(500, "exception", "NullPointerException at ca.example.Server(Server.java:42)")


def _down(fault: Fault, _good: Good, _board: Switchboard) -> Response:
    return Response(_PAGE, 503, {"Retry-After": str(fault.retry_after)}, content_type="text/html; charset=utf-8")


def _truncated(_fault: Fault, good: Good, _board: Switchboard) -> Response:
    answer = good()
    whole = answer.get_data()
    answer.set_data(whole[: len(whole) * 2 // 3])
    return answer


def _html(_fault: Fault, _good: Good, _board: Switchboard) -> Response:
    return Response(_PAGE, 200, content_type="application/fhir+json; charset=utf-8")


def _mislabelled(_fault: Fault, good: Good, _board: Switchboard) -> Response:
    answer = good()
    answer.headers["Content-Type"] = "text/html; charset=utf-8"
    return answer


def _expired(_fault: Fault, _good: Good, _board: Switchboard) -> Response:
    return _outcome(401, "login", "the token has expired", WWW_Authenticate='Bearer error="invalid_token"')


def _forbidden(_fault: Fault, _good: Good, _board: Switchboard) -> Response:
    return Response(b"", 403, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'})


def _drip(fault: Fault, good: Good, board: Switchboard) -> Response:
    answer = good()
    body = answer.get_data()
    length = answer.headers["Content-Length"]
    size = max(1, -(-len(body) // PIECES))

    def drops() -> Iterator[bytes]:
        for start in range(0, len(body), size):
            try:
                board.hold(fault.seconds / PIECES)
            except HungUp:
                return
            yield body[start : start + size]

    answer.response = drops()
    answer.headers["Content-Length"] = length
    return answer


KINDS: Mapping[str, Callable[[Fault, Good, Switchboard], Response]] = {
    "timeout": _timeout,  # no byte for `seconds`
    "drop": _drop,  # the connection ends without an answer
    "reset": _drop,  # the same, by RST
    "busy": _busy,  # 429 with Retry-After
    "error": _error,  # 500 with an OperationOutcome
    "down": _down,  # 503 with a page of HTML
    "truncated": _truncated,  # JSON that ends too early
    "html": _html,  # a page of HTML that calls itself FHIR
    "mislabelled": _mislabelled,  # FHIR that calls itself HTML
    "expired": _expired,  # 401 whatever the token
    "forbidden": _forbidden,  # 403 with nothing in it
    "drip": _drip,  # the body, a few bytes at a time
}

"""Structured logs that cannot hold a patient's data: one JSON line each, made only of what is known to be harmless.

It decides what may stand in a line. A message stands only if it is written word for word in the source (what an f-string
made is withheld), its arguments never do; extra fields stand only if they are listed here and have the listed shape; an
exception is its type, its code and where it was raised. It must not know Flask or who logs. Counts and ids go in
`extra={"event": "token-refreshed", "hospital": slug, "count": n}`.
"""

import contextlib
import json
import linecache
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, TextIO

WITHHELD = "(withheld)"
ACCESS = "fhirportal.access_log"

_request_id: ContextVar[str] = ContextVar("request_id", default="")

_WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_REQUEST_ID = re.compile(r"([2-9A-Z]{4}-){2}[2-9A-Z]{4}\Z|(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9-]{8,64}\Z")
_CLASS = re.compile(
    r"[A-Z][A-Za-z0-9]*(Error|Exception|Timeout|Down|Many|Input|SignedIn|Allowed|Found|Conflict|Unavailable|Unseal|Key|"
    r"Problem|Exit|Interrupt|Redirects)\Z"
)
_ROUTE = re.compile(r"(/([a-z][a-z0-9._-]*|<[a-z_:]+>|-)?)+\Z")
_SPOT = re.compile(r"%(\([^)]*\))?[-#0 +]*[\d*]*(\.[\d*]+)?[a-zA-Z]")
# what granian tells of itself; no more of its lines than this is kept
_SERVER = "_granian"
_SERVER_LINE = re.compile(
    r"(Starting|Shutting down) granian|Listening at|Granian shutdown completed|Worker crash loop detected|"
    r"((Spawning|Respawning|Started|Stopping|Stopped|Killing|Unexpected exit from) )(old )?worker-\d{1,4}|"
    r"Application callable raised an exception|Configuration allows spawning up to \d{1,4} Python threads"
)
_TYPES = frozenset(
    {
        "Account",
        "AllergyIntolerance",
        "Appointment",
        "Binary",
        "Bundle",
        "CapabilityStatement",
        "CarePlan",
        "CareTeam",
        "ChargeItem",
        "Claim",
        "Communication",
        "Condition",
        "Consent",
        "Coverage",
        "Device",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "ExplanationOfBenefit",
        "Goal",
        "HealthcareService",
        "Immunization",
        "Invoice",
        "Location",
        "Medication",
        "MedicationDispense",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "OperationOutcome",
        "Organization",
        "Patient",
        "Person",
        "Practitioner",
        "PractitionerRole",
        "Procedure",
        "Provenance",
        "QuestionnaireResponse",
        "RelatedPerson",
        "Schedule",
        "ServiceRequest",
        "Slot",
        "Specimen",
        "Task",
    }
)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def _like(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.match(value) is not None


def _in(allowed: frozenset[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in allowed


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


FIELDS: dict[str, Callable[[Any], bool]] = {
    "event": _like(_WORD),
    "hospital": _like(_WORD),
    "job": _like(_WORD),
    "outcome": _like(_WORD),
    "state": _like(_WORD),
    "code": _like(_WORD),
    "error": _like(_CLASS),
    "type": _in(_TYPES),
    "method": _in(_METHODS),
    "route": _like(_ROUTE),
    "status": _number,
    "ms": _number,
    "bytes": _number,
    "count": _number,
    "attempt": _number,
    "fence": _number,
    "port": _number,
}


def setup(level: str = "info", stream: TextIO | None = None) -> None:
    """All logging of this process goes through here from now on, uncaught exceptions included. `level`: debug, info,
    warning or error."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(SafeFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # urllib3, SQLAlchemy and Alembic tell addresses and statements below this level: nothing of use is left of them here.
    for chatty in ("urllib3", "sqlalchemy", "alembic", "werkzeug", "babel"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


@contextlib.contextmanager
def request_id(value: str) -> Iterator[None]:
    """Lines written inside carry this id."""
    token = _request_id.set(value)
    try:
        yield
    finally:
        _request_id.reset(token)


def set_request_id(value: str) -> None:
    """Lines of this context (a request, a thread) carry this id from now on."""
    _request_id.set(value)


def current_request_id() -> str:
    """The id of the request being answered, "" outside of one."""
    return _request_id.get()


def log_access(method: str, route: str, status: int, milliseconds: float, size: int | None = None) -> None:
    """One line for each answer. `route` is the rule that matched (`/c/<handle>/results`); of a real path given by mistake
    no query, handle or id is kept."""
    fields: dict[str, Any] = {
        "event": "access",
        "method": method,
        "route": masked_route(route),
        "status": status,
        "ms": round(milliseconds, 1),
    }
    if size is not None:
        fields["bytes"] = size
    logging.getLogger(ACCESS).info("answered", extra=fields)


def masked_route(route: str) -> str:
    """A route without query, chart handle and ids: `/c/Xy9/results/o1?x=y` becomes `/c/-/results/-`."""
    path = re.split(r"[?#;]", route, maxsplit=1)[0]
    parts = path.split("/")
    for n, part in enumerate(parts):
        named = part.startswith("<") and part.endswith(">")
        after_chart = n > 0 and parts[n - 1] == "c"
        if part and not named and (after_chart or not re.fullmatch(r"[a-z][a-z._-]{0,30}", part)):
            parts[n] = "-"
    return "/".join(parts)


def server_logging() -> dict[str, Any]:
    """For granian's `log_dictconfig`: its lines go through `setup` as all others do, and only there."""
    logger = {"handlers": [], "propagate": True}
    return {"formatters": {}, "handlers": {}, "loggers": {_SERVER: logger, "granian.access": logger}}


class SafeFormatter(logging.Formatter):
    """A log record as one line of JSON, made only of what is allowed."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name if re.fullmatch(r"[A-Za-z0-9_.]{1,100}", record.name) else WITHHELD,
            "message": _message(record),
            "place": f"{record.module}:{record.lineno}",
        }
        request = getattr(record, "request_id", "") or _request_id.get()
        if request:
            line["request_id"] = request if isinstance(request, str) and _REQUEST_ID.match(request) else WITHHELD
        for name, fits in FIELDS.items():
            if hasattr(record, name):
                value = getattr(record, name)
                line[name] = value if fits(value) else WITHHELD
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = _exception(record.exc_info[1])
        return json.dumps(line)


def _message(record: logging.LogRecord) -> str:
    template = record.msg
    if record.name.partition(".")[0] == _SERVER and isinstance(template, str) and (known := _SERVER_LINE.match(template)):
        return known[0]
    if not isinstance(template, str) or not _stands_in_source(record.pathname, record.lineno, template):
        return WITHHELD
    if not record.args:
        return template
    arguments = iter(record.args if isinstance(record.args, tuple) else ())
    return _SPOT.sub(lambda _: _argument(next(arguments, None)), template)


def _argument(value: object) -> str:
    """Of all arguments only the name of an exception class is told."""
    return value if isinstance(value, str) and _CLASS.match(value) else "…"


@lru_cache(maxsize=2048)
def _stands_in_source(path: str, line: int, text: str) -> bool:
    """Whether the words are a programmer's: they stand between quotes at the place that logged or raised them."""
    source = "".join(linecache.getlines(path)[line - 1 : line + 3])
    return any(f"{quote}{text}{quote}" in source for quote in "\"'")


def _exception(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    told: dict[str, Any] = {"type": _class_name(error), "raised": [_place(frame) for frame in frames[-8:]]}
    code, reason = getattr(error, "code", None), getattr(error, "reason", None)  # those of errors.PortalError
    if isinstance(code, str):
        told["code"] = code if _WORD.match(code) else WITHHELD
    if frames and isinstance(reason, str) and _stands_in_source(frames[-1].filename, frames[-1].lineno or 0, reason):
        told["reason"] = reason
    if error.__cause__ is not None:
        told["cause"] = _class_name(error.__cause__)
    return told


def _class_name(error: BaseException) -> str:
    return type(error).__qualname__


def _place(frame: traceback.FrameSummary) -> str:
    parts = frame.filename.replace("\\", "/").split("/")
    return f"{'/'.join(parts[-2:])}:{frame.lineno} {frame.name}"


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("fhirportal").critical("uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        _uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

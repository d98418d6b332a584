"""Log lines hold no patient's data, whoever logs what by mistake."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal import logs
from fhirportal.errors import NotFound, Unavailable

PHI = (
    "Greta Holm",
    "Holm",
    "1948-03-12",
    "12 March 1948",
    "7.4",
    "140/90 mmHg",
    "4548-4",
    "http://loinc.org|4548-4",
    "+353 1 555 0100",
    "greta@example.org",
    "https://fhir.example/Patient/p1?name=Holm&birthdate=1948-03-12",
    "Хольм",
    "p4711",
)


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook, logging.raiseExceptions)
    levels = {name: logging.getLogger(name).level for name in ("urllib3", "sqlalchemy", "alembic", "werkzeug", "babel")}
    stream = io.StringIO()
    logs.setup("debug", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(False)
    root.handlers[:], level, sys.excepthook, threading.excepthook, logging.raiseExceptions = before
    root.setLevel(level)
    for name, value in levels.items():
        logging.getLogger(name).setLevel(value)


Lines = Callable[[], list[dict[str, Any]]]
log = logging.getLogger("fhirportal.test")


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("phi", PHI)
def test_no_way_in(lines: Lines, phi: str) -> None:
    log.info(f"patient {phi} read")
    log.info(phi)
    log.info("patient %s read", phi)
    log.info("patient %(who)s read", {"who": phi})
    log.info("read", extra={"patient": phi, "given": phi, "anything": {"deep": phi}})
    log.info("read", extra={"url": phi, "request_id": phi, "hospital": phi + " ", "status": phi, "ms": phi, "route": phi})
    log.info({"patient": phi})
    logging.getLogger(f"fhirportal.{phi} ").info("read")
    for error in (ValueError(phi), NotFound(phi), Unavailable(f"no {phi}", code=f"{phi} "), KeyError(phi)):
        try:
            _raise(error)
        except Exception:
            log.exception("failed %s", phi)
            log.warning(f"failed {phi}", exc_info=True, stack_info=True)
    logs.log_access("GET", f"/c/{phi}/results/{phi}?q={phi}", 200, 1.0)
    logs.log_access(phi, f"/x/{phi}", 200, 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"odd {phi}", UserWarning, stacklevel=1)
    sys.excepthook(ValueError, ValueError(phi), None)
    assert len(lines()) >= 15
    told = json.dumps(
        [{k: v for k, v in line.items() if k not in ("at", "place", "ms")} for line in lines()], ensure_ascii=False
    )
    assert phi not in told


@pytest.mark.parametrize("phi", PHI)
@pytest.mark.parametrize("field", sorted(logs.FIELDS))
def test_a_listed_field_must_have_its_shape(lines: Lines, field: str, phi: str) -> None:
    if field in ("event", "hospital", "job", "outcome", "state", "code") and phi in ("4548-4", "1948-03-12", "p4711"):
        pytest.skip("a word may have this shape; such fields are given our own words alone")
    log.info("read", extra={field: phi})
    assert lines()[0][field] == logs.WITHHELD


@given(text=st.text(min_size=1, max_size=40))
def test_any_text_as_an_argument_stays_out(text: str) -> None:
    record = log.makeRecord(log.name, logging.INFO, __file__, 1, "patient %s read", (text,), None)
    assert json.loads(logs.SafeFormatter().format(record))["message"] in ("patient … read", logs.WITHHELD)


def test_of_arguments_only_the_name_of_an_exception_class_is_told(lines: Lines) -> None:
    log.warning("%s after %d ms for %s", "ReadTimeout", 12, "Greta")
    assert lines()[0]["message"] == "ReadTimeout after … ms for …"


def test_what_a_good_line_says(lines: Lines) -> None:
    with logs.request_id("req-12345"):
        log.warning("upstream was slow", extra={"event": "upstream-slow", "hospital": "alder", "type": "Observation", "ms": 12})
    log.info("after")
    first, second = lines()
    assert (
        first
        | {
            "level": "warning",
            "logger": "fhirportal.test",
            "message": "upstream was slow",
            "event": "upstream-slow",
            "hospital": "alder",
            "type": "Observation",
            "ms": 12,
            "request_id": "req-12345",
        }
        == first
    )
    assert "request_id" not in second


def test_an_exception_tells_type_code_and_place(lines: Lines) -> None:
    try:
        raise Unavailable("audit: closed", code="audit-away") from OSError("secret")
    except Unavailable:
        log.exception("write failed")
    (line,) = lines()
    assert line["exception"]["type"] == "Unavailable"
    assert line["exception"]["code"] == "audit-away"
    assert line["exception"]["reason"] == "audit: closed"
    assert line["exception"]["cause"] == "OSError"
    assert "test_an_exception_tells_type_code_and_place" in line["exception"]["raised"][-1]


def test_uncaught_exceptions_of_threads_are_lines_too(lines: Lines) -> None:
    thread = threading.Thread(target=lambda: _raise(ValueError("Greta Holm")))
    thread.start()
    thread.join()
    (line,) = lines()
    assert (line["level"], line["exception"]["type"]) == ("critical", "ValueError")


def test_each_thread_has_its_own_request(lines: Lines) -> None:
    def work() -> None:
        logs.set_request_id("other-123")
        log.info("inside")

    with logs.request_id("mine-1234"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        log.info("outside")
        assert logs.current_request_id() == "mine-1234"
    assert [line["request_id"] for line in lines()] == ["other-123", "mine-1234"]


@pytest.mark.parametrize(
    ("route", "kept"),
    [
        ("/c/<handle>/results", "/c/<handle>/results"),
        ("/c/Xy9_a/results/o1?x=y", "/c/-/results/-"),
        ("/c/holm/results", "/c/-/results"),
        ("/signin/alder/callback?code=secret&state=s", "/signin/alder/callback"),
        ("/", "/"),
        ("/static/portal.css", "/static/portal.css"),
        ("/results#x", "/results"),
        ("/p/4711;v=1", "/p/-"),
    ],
)
def test_access_lines_hold_no_query_handle_or_id(lines: Lines, route: str, kept: str) -> None:
    logs.log_access("GET", route, 200, 12.34567, 1024)
    (line,) = lines()
    assert (line["route"], line["status"], line["ms"], line["bytes"], line["event"]) == (kept, 200, 12.3, 1024, "access")


def test_level(lines: Lines) -> None:
    logging.getLogger("urllib3.connectionpool").debug("https://fhir.example/Patient")
    assert lines() == []


def test_of_the_web_servers_own_lines_only_known_words_are_kept(lines: Lines) -> None:
    supervisor, worker = logging.getLogger("_granian"), logging.getLogger("_granian.serve")
    supervisor.info("Listening at: http://10.1.2.3:8000")
    worker.info("Started worker-1")
    worker.error("Application callable raised an exception: Greta Holm")
    supervisor.info(" ".join(("Greta", "Holm")))
    logging.getLogger("other").info(f"Spawning worker-{7}")
    told = [line["message"] for line in lines()]
    assert told == ["Listening at", "Started worker-1", "Application callable raised an exception", *["(withheld)"] * 2]

"""Which questions the results pages put to the hospital, and how far back the answers reach.

It decides categories, limits and date windows. It must not know groups, pages or how an answer is shown.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from fhirportal.records.found import Found, Query, Source
from fhirportal.records.results_page import Filters
from mappings.reading import Concept, When, when

CLINICAL = "laboratory,imaging,procedure,exam,therapy"
VITAL_SIGNS = "vital-signs"
REPORTS, RESULTS, MEASUREMENTS, ANYTHING, HISTORY = 100, 300, 200, 200, 500
IDS_AT_ONCE = 40


def escaped(value: str) -> str:
    """A value as FHIR search wants it (R4 3.1.1.4.0.1): \\ , $ and | escaped."""
    for sign in ("\\", ",", "$", "|"):
        value = value.replace(sign, "\\" + sign)
    return value


def list_queries(filters: Filters) -> tuple[Query, ...]:
    """The searches behind one page: reports with their results, results by category, measurements, and the rest.

    The last one finds what the hospital filed under no category; servers that insist on a category refuse it.
    """
    days = (*_window(filters.first, filters.last), ("_sort", "-date"))
    measured = Query("Observation", (("category", VITAL_SIGNS), *days), MEASUREMENTS)
    if filters.show == "measurements":
        return (measured,)
    reports = Query("DiagnosticReport", (*days, ("_include", "DiagnosticReport:result")), REPORTS)
    results = Query("Observation", (("category", CLINICAL), *days), RESULTS)
    return (reports, results, measured, Query("Observation", days, ANYTHING))


def history_query(code: Concept | None) -> Query:
    """Every result of one test; of all tests where its code is only words."""
    codings = [c for c in code.codings if c.system and c.code] if code else []
    loinc = [c for c in codings if c.system == "http://loinc.org"]
    tokens = ",".join(f"{escaped(c.system)}|{escaped(c.code)}" for c in (loinc or codings)[:10])
    return Query("Observation", (*((("code", tokens),) if tokens else ()), ("_sort", "-date")), HISTORY)


def reports_of(id_: str) -> Query:
    """The reports that name one Observation."""
    return Query("DiagnosticReport", (("result", f"Observation/{escaped(id_)}"),), 20)


def reports_around(at: When) -> Query:
    """The reports of those days: for servers that cannot search reports by result."""
    return Query("DiagnosticReport", _window(at.day, at.day), 60)


def by_ids(ids: Sequence[str]) -> tuple[Query, ...]:
    """Observations by id, in bunches."""
    bunches = (ids[i : i + IDS_AT_ONCE] for i in range(0, len(ids), IDS_AT_ONCE))
    return tuple(Query("Observation", (("_id", ",".join(map(escaped, bunch))),), len(bunch)) for bunch in bunches)


def cut_short(found: Found, query: Query) -> bool:
    """Whether there is more only because we asked for no more."""
    return found.source is Source.PARTIAL and len(found.resources) >= query.limit


def horizon(found: Found, query: Query) -> date | None:
    """The oldest day an answer that was cut short reaches: days up to it may be incomplete. None where nothing was cut."""
    if not cut_short(found, query):
        return None
    days = [at.day for r in found.resources if (at := _date_of(r.get("effectiveDateTime"), r.get("effectivePeriod")))]
    return min(days, default=None)


def _date_of(moment: object, span: object) -> When | None:
    return when(moment) or (when(span.get("start")) if isinstance(span, dict) else None)


def _window(first: date | None, last: date | None) -> tuple[tuple[str, str], ...]:
    """A day more at both ends: the server's day is not always the site's. What is too much is left out afterwards."""
    bounds: Iterable[tuple[str, date | None, int]] = (("ge", first, -1), ("le", last, 1))
    return tuple(("date", f"{prefix}{_moved(day, step)}") for prefix, day, step in bounds if day)


def _moved(day: date, step: int) -> str:
    """The day beside it; the day itself at either end of the calendar."""
    try:
        return (day + timedelta(days=step)).isoformat()
    except OverflowError:
        return day.isoformat()

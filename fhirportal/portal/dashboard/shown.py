"""What the first page draws: the ticket, what needs the person, and a few lines of each part.

It decides what counts as needing somebody. It gathers what the other features show, so it is the one feature that may use
their `shown` and `rows` modules. It must not ask the hospital for anything.
"""

from dataclasses import dataclass
from datetime import date

from fhirportal.portal.appointments.shown import ShownVisit, show_visit
from fhirportal.portal.bills.shown import show_owed
from fhirportal.portal.medicines.shown import ShownMedicine, last_day, show_medicine
from fhirportal.portal.results.rows import ShownRow, report_path, result_path, show_row
from fhirportal.records.appointments import Visit as Booked
from fhirportal.records.bills_page import Balance
from fhirportal.records.recent_results import Recent
from fhirportal.records.summary import Ahead, Summary, Taken
from fhirportal.web import Visit
from fhirportal.words import Words, formats
from fhirportal.words.findings import name_of

MOST_NAMED = 2
"""More new results than this become one line that leads to the list."""
MOST_MEDICINES = 3
OFF = "off"


@dataclass(frozen=True)
class Need:
    """One thing that needs the person: where it leads, what to do, a line more."""

    href: str
    title: str
    small: str
    icon: str
    area: str


@dataclass(frozen=True)
class ShownNext:
    """The ticket."""

    day: str
    parts: formats.DateParts | None
    at: str
    zone: str
    kicker: str
    title: str
    lines: tuple[tuple[str, str, str], ...]
    href: str
    calendar: str


@dataclass(frozen=True)
class ShownRecent:
    """The newest results; `state` says why there are none."""

    rows: tuple[ShownRow, ...]
    drawn: bool
    state: str


@dataclass(frozen=True)
class ShownTaken:
    """A few of the medicines taken now; `more` leads to all of them, `state` says why there are none."""

    rows: tuple[ShownMedicine, ...]
    more: str
    state: str


def greeting(visit: Visit, name: str, *, acting: bool) -> str:
    """A word for the time of day at the hospital; a trusted person sees whose record it is."""
    words = visit.words
    if acting:
        return words.gettext("%(name)s’s record", name=name) if name else words.gettext("Their record")
    hour = formats.local(visit.now, words).hour
    named = (
        words.gettext("Good morning, %(name)s", name=name),
        words.gettext("Good afternoon, %(name)s", name=name),
        words.gettext("Good evening, %(name)s", name=name),
    )
    plain = (words.gettext("Good morning"), words.gettext("Good afternoon"), words.gettext("Good evening"))
    return (named if name else plain)[_part_of_day(hour)]


def _part_of_day(hour: int) -> int:
    return 0 if 4 <= hour < 12 else 1 if 12 <= hour < 18 else 2


def show_next(ahead: Ahead | None, visit: Visit) -> ShownNext | None:
    """The ticket, for a visit that stands and has a day."""
    if ahead is None or ahead.next is None:
        return None
    v, words = show_visit(ahead.next, visit), visit.words
    if v.parts is None:
        return None
    kicker = words.gettext("Your next visit, %(when)s", when=v.relative) if v.relative else words.gettext("Your next visit")
    return ShownNext(v.day, v.parts, v.starts, v.zone, kicker, v.title, _ticket_lines(v, words), v.href, v.calendar)


def _ticket_lines(v: ShownVisit, words: Words) -> tuple[tuple[str, str, str], ...]:
    lines = (
        ("pin", words.gettext("Where"), v.place),
        (v.mode_icon, words.gettext("How"), v.mode),
        ("bag", words.gettext("Prepare"), v.prepare),
    )
    return tuple(line for line in lines if line[2])


def show_recent(recent: Recent | None, visit: Visit) -> ShownRecent:
    if recent is None:
        return ShownRecent((), False, OFF)
    rows = tuple(show_row(row, visit) for row in recent.rows)
    return ShownRecent(rows, any(row.spark for row in rows), recent.source.value)


def show_taken(taken: Taken | None, visit: Visit) -> ShownTaken:
    """The first few, those that run out first in front."""
    if taken is None:
        return ShownTaken((), "", OFF)
    ordered = sorted(taken.medicines, key=lambda m: last_day(m, visit.words) or date.max)
    rows = tuple(show_medicine(m, visit) for m in ordered[:MOST_MEDICINES])
    more = visit.words.gettext("All %(num)s", num=len(taken.medicines))
    return ShownTaken(rows, more, taken.source.value)


def list_needs(summary: Summary, visit: Visit) -> list[Need]:
    """Answers the hospital waits for, results not opened yet, bills to pay; most pressing first."""
    needs = [_answer(booked, visit) for booked in (summary.visits.waiting if summary.visits else ())]
    needs += _results(summary.recent, visit) if summary.recent else []
    needs += _bills(summary.balance, visit) if summary.balance else []
    return needs


def _answer(booked: Booked, visit: Visit) -> Need:
    v, words = show_visit(booked, visit), visit.words
    return Need(v.href, words.gettext("Say whether you can come: %(visit)s", visit=v.title), v.day, "calendar", "visits")


def _results(recent: Recent, visit: Visit) -> list[Need]:
    words = visit.words
    if len(recent.new) > MOST_NAMED:
        title = words.ngettext("Read %(num)s new test result", "Read %(num)s new test results", len(recent.new))
        newest = recent.new[0].effective
        small = words.gettext("The newest is from %(day)s", day=formats.date_long(newest, words)) if newest else ""
        needs = [Need(f"{visit.path('results')}?show=new", title, small, "drop", "results")]
    else:
        needs = [_result(result_path(visit, v.id), name_of(v.code, words), v.effective, visit) for v in recent.new]
    return needs + [_result(report_path(visit, r.id), name_of(r.code, words), r.effective, visit) for r in recent.reports[:3]]


def _result(href: str, name: str, taken: formats.Day | None, visit: Visit) -> Need:
    words = visit.words
    small = words.gettext("From %(day)s", day=formats.date_long(taken, words)) if taken else ""
    return Need(href, words.gettext("Read your new result: %(test)s", test=name), small, "drop", "results")


def _bills(balance: Balance, visit: Visit) -> list[Need]:
    owed, words = show_owed(balance, visit), visit.words
    if owed.state != "owed" or not owed.figures:
        return []
    title = words.gettext("Pay %(amount)s", amount=formats.listed(owed.figures, words))
    return [Need(visit.path("bills"), title, owed.due, "bill", "bills")]

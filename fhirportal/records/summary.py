"""What the first page of a chart shows: everything asked of the hospital at once, each part read by its own area.

It decides which questions are asked together. It must not know words, pages or addresses.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fhirportal.records.appointments import Visit, next_queries, read_next
from fhirportal.records.bills import balance_queries, read_balance
from fhirportal.records.bills_page import Balance
from fhirportal.records.found import Found, Query, Source
from fhirportal.records.medicines import Medicine, read_summary, summary_queries
from fhirportal.records.reader import Reader
from fhirportal.records.recent_results import Recent, read_recent, recent_queries
from fhirportal.records.results_page import Filters


@dataclass(frozen=True)
class Ahead:
    """The next visit that stands, and those that wait for the person's answer."""

    next: Visit | None
    waiting: tuple[Visit, ...]
    source: Source


@dataclass(frozen=True)
class Taken:
    """The medicines taken now, and how the hospital answered."""

    medicines: tuple[Medicine, ...]
    source: Source


@dataclass(frozen=True)
class Summary:
    """None stands for a part the hospital has switched off."""

    visits: Ahead | None
    recent: Recent | None
    taken: Taken | None
    balance: Balance | None


def get_summary(reader: Reader, filters: Filters, now: datetime, currency: str, off: Collection[str]) -> Summary:
    """One round of questions. Never raises for the hospital's troubles: they are named in each part.

    `off` are the names of parts that are switched off: they are not asked for.
    """
    parts: dict[str, tuple[Query, ...]] = {
        "appointments": next_queries(now),
        "results": recent_queries(),
        "medicines": summary_queries(),
        "bills": balance_queries(),
    }
    wanted = {name: queries for name, queries in parts.items() if name not in off}
    answers = _by_part(wanted, reader.gather(*(query for queries in wanted.values() for query in queries)))
    return Summary(
        visits=Ahead(*read_next(answers["appointments"], now)) if "appointments" in answers else None,
        recent=read_recent(answers["results"], filters, now) if "results" in answers else None,
        taken=Taken(*read_summary(answers["medicines"])) if "medicines" in answers else None,
        balance=read_balance(answers["bills"], currency) if "bills" in answers else None,
    )


def _by_part(wanted: dict[str, tuple[Query, ...]], found: list[Found]) -> dict[str, list[Found]]:
    rest = iter(found)
    return {name: [next(rest) for _ in queries] for name, queries in wanted.items()}

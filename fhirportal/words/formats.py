"""Dates, times and lists as people say them: by locale, in the site's zone, at the precision that was sent.

It decides wording and order, never which moment is meant. English follows the house style (Tuesday 8 December 2026,
5:30pm, midnight, midday); every other language follows CLDR. It must not know pages or hospitals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, format_timedelta, get_timezone_name
from babel.lists import format_list

from fhirportal.words import Words, translator
from mappings.reading import Span, When

Day = date | datetime | When
"""What can be shown as a day. A When of precision "day" is that day everywhere; a moment is the site's day."""


@dataclass(frozen=True)
class DateParts:
    """A day in pieces, for the ticket: weekday and month in words, day and year as digits."""

    weekday: str
    day: str
    month: str
    year: str


def date_long(value: Day, words: Words) -> str:
    """Tuesday 8 December 2026; December 2026 or 2026 where no more was sent."""
    if (partial := _partial(value, words)) is not None:
        return partial
    if words.language == "en":
        return _said(value, words, "EEEE d MMMM y")
    return format_date(day_of(value, words), "full", locale=words.locale)


def date_short(value: Day, words: Words) -> str:
    """8 December 2026, without the weekday; December 2026 or 2026 where no more was sent."""
    if (partial := _partial(value, words)) is not None:
        return partial
    if words.language == "en":
        return _said(value, words, "d MMMM y")
    return format_date(day_of(value, words), "long", locale=words.locale)


def date_near(value: Day, words: Words) -> str:
    """Tuesday 8 December: for days close by, without the year."""
    if (partial := _partial(value, words)) is not None:
        return partial
    if words.language == "en":
        return _said(value, words, "EEEE d MMMM")
    weekday = format_date(day_of(value, words), "EEEE", locale=words.locale)
    comma = "،" if words.direction == "rtl" else ","
    return f"{weekday}{comma} {format_skeleton('MMMMd', _noon(day_of(value, words)), locale=words.locale)}"


def month_year(value: Day, words: Words) -> str:
    """December 2026; 2026 where no more was sent."""
    if isinstance(value, When) and value.precision == "year":
        return str(value.start.year)
    return format_skeleton("yMMMM", _noon(day_of(value, words)), locale=words.locale)


def date_parts(value: Day, words: Words) -> DateParts:
    """The pieces of a day for the ticket stub."""
    return DateParts(*(_said(value, words, part) for part in ("EEEE", "d", "LLLL", "y")))


def time_of_day(value: datetime | time | When, words: Words) -> str:
    """5:30pm, 9am, midday, midnight; elsewhere as the locale writes a short time. "" where no time was sent."""
    if isinstance(value, When) and value.precision != "time":
        return ""
    clock = value if isinstance(value, time) else local(value, words).time()
    if words.language != "en":
        return format_time(clock.replace(tzinfo=None), "short", locale=words.locale)
    if (clock.hour, clock.minute) in ((0, 0), (12, 0)):
        return words.gettext("midnight") if clock.hour == 0 else words.gettext("midday")
    minutes = f":{clock.minute:02d}" if clock.minute else ""
    return f"{clock.hour % 12 or 12}{minutes}{'am' if clock.hour < 12 else 'pm'}"


def visit_time(value: datetime | When, zone: str, zone_name: str, locale: str) -> str:
    """A visit's moment in the site's zone, zone printed: Tuesday 8 December 2026, 10:40am (Irish time)."""
    return moment_with_zone(value, translator(locale, zone, zone_name))


def moment(value: datetime | When, words: Words) -> str:
    """Tuesday 8 December 2026 at 10:40am, in the site's zone; the day alone where no time was sent."""
    clock = time_of_day(value, words)
    if not clock:
        return date_long(value, words)
    return words.gettext("%(day)s at %(time)s", day=date_long(value, words), time=clock)


def moment_with_zone(value: datetime | When, words: Words) -> str:
    """The same with the zone printed behind the time."""
    clock = time_of_day(value, words)
    if not clock:
        return date_long(value, words)
    return words.gettext("%(day)s, %(time)s (%(zone)s)", day=date_long(value, words), time=clock, zone=zone_label(words))


def zone_label(words: Words) -> str:
    """What the site's zone is called: the hospital's own words for it, else CLDR's."""
    if words.zone_name or words.zone.key == "UTC":
        return words.zone_name or "UTC"
    return get_timezone_name(words.zone, width="long", zone_variant="generic", locale=words.locale)


def last_seen(value: datetime, now: datetime, words: Words) -> str:
    """today at 8:52am, yesterday at 4:12pm, else the day and the time."""
    clock = time_of_day(value, words)
    days = (day_of(now, words) - day_of(value, words)).days
    if days == 0:
        return words.gettext("today at %(time)s", time=clock)
    if days == 1:
        return words.gettext("yesterday at %(time)s", time=clock)
    return words.gettext("on %(day)s at %(time)s", day=date_long(value, words), time=clock)


def relative_day(value: Day, now: datetime, words: Words) -> str:
    """today, tomorrow, yesterday, in 9 days, in 2 weeks, 3 months ago: how far the day is from now, in the site's zone."""
    days = (day_of(value, words) - day_of(now, words)).days
    near = {0: words.gettext("today"), 1: words.gettext("tomorrow"), -1: words.gettext("yesterday")}
    if days in near:
        return near[days]
    unit: Literal["day", "week", "month", "year"]
    unit = "day" if abs(days) < 14 else "week" if abs(days) < 60 else "month" if abs(days) < 700 else "year"
    return format_timedelta(timedelta(days=days), unit, threshold=10_000, add_direction=True, locale=words.locale)


def span(value: Span, words: Words) -> str:
    """8 December 2026 to 9 January 2027; from or until where one end is missing; "" where both are."""
    if value.start and value.end:
        first, last = date_short(value.start, words), date_short(value.end, words)
        return first if first == last else words.gettext("%(first)s to %(last)s", first=first, last=last)
    if value.start:
        return words.gettext("from %(day)s", day=date_short(value.start, words))
    return words.gettext("until %(day)s", day=date_short(value.end, words)) if value.end else ""


def time_span(start: datetime | When, end: datetime | When | None, words: Words) -> str:
    """10:40am to 11am; the start alone where there is no end."""
    first, last = time_of_day(start, words), time_of_day(end, words) if end else ""
    return words.gettext("%(first)s to %(last)s", first=first, last=last) if first and last else first


def minutes(amount: int, words: Words) -> str:
    """20 minutes, 1 hour, 1 hour and 30 minutes."""
    hours, rest = divmod(amount, 60)
    parts = [words.ngettext("%(num)s hour", "%(num)s hours", hours)] if hours else []
    if rest or not hours:
        parts.append(words.ngettext("%(num)s minute", "%(num)s minutes", rest))
    return listed(parts, words)


def listed(items: Sequence[str], words: Words) -> str:
    """Apples, pears and plums, as the locale joins them; English without the comma before "and"."""
    if words.language == "en" and len(items) > 2:
        items = (", ".join(items[:-1]), items[-1])
    return format_list(items, locale=words.locale) if items else ""


def local(value: datetime | When, words: Words) -> datetime:
    """The moment in the site's zone; a moment without a zone is taken as UTC."""
    moment_ = value.start if isinstance(value, When) else value
    zone: ZoneInfo = words.zone
    return (moment_ if moment_.tzinfo else moment_.replace(tzinfo=UTC)).astimezone(zone)


def day_of(value: Day, words: Words) -> date:
    """The day meant: as sent where a day was sent, the site's day where a moment was."""
    if isinstance(value, When):
        return local(value, words).date() if value.precision == "time" else value.start.date()
    return local(value, words).date() if isinstance(value, datetime) else value


def iso(value: Day, words: Words) -> str:
    """For <time datetime="…">: 2026-12-08, 2026-12, 2026 or the full moment with its offset."""
    if isinstance(value, When) and value.precision in ("year", "month"):
        return value.start.strftime("%Y" if value.precision == "year" else "%Y-%m")
    timed = isinstance(value, datetime) or (isinstance(value, When) and value.precision == "time")
    if timed and isinstance(value, datetime | When):
        return local(value, words).isoformat(timespec="minutes")
    return day_of(value, words).isoformat()


def _partial(value: Day, words: Words) -> str | None:
    """The words for a year or a month alone; None for whole days."""
    return month_year(value, words) if isinstance(value, When) and value.precision in ("year", "month") else None


def _said(value: Day, words: Words, pattern: str) -> str:
    return format_date(day_of(value, words), pattern, locale=words.locale)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)

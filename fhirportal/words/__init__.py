"""What the portal says: catalogues, CLDR formats, phrases for codes. The locale is always an argument.

It decides which languages exist and how a message is looked up. It must not know Flask, pages, requests or hospitals.

    words = translator("es", zone="Europe/Dublin")
    words.ngettext("%(num)s visit", "%(num)s visits", 3)
    formats.date_long(visit.start, words)
"""

from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError

CATALOGUES = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"
LANGUAGES = {"en": "English", "es": "Español", "ar": "العربية"}
"""The languages there are words for, by tag, each under its own name."""

COMPLETE = ("en", "es")
"""Languages whose every page is translated; the others are offered only in the demo."""


def mark(message: str) -> str:
    """Marks a message for the catalogues without translating it yet; imported as `N_`."""
    return message


@dataclass(frozen=True)
class Words:
    """One language's words and formats, and the site's time zone for times. Cheap to keep, safe to share."""

    tag: str
    locale: Locale
    catalogue: NullTranslations
    zone: ZoneInfo
    zone_name: str

    @property
    def language(self) -> str:
        """The language alone, "es" of "es-US": what selects the catalogue."""
        return str(self.locale.language)

    @property
    def direction(self) -> str:
        """ "rtl" or "ltr"."""
        return "rtl" if self.locale.character_order == "right-to-left" else "ltr"

    def gettext(self, message: str, **values: object) -> str:
        """The message in this language, its %(name)s filled in."""
        return _filled(self.catalogue.gettext(message), values)

    def ngettext(self, one: str, many: str, n: int, **values: object) -> str:
        """The form for `n` things; %(num)s is filled in without asking."""
        return _filled(self.catalogue.ngettext(one, many, n), {"num": n, **values})

    def pgettext(self, context: str, message: str, **values: object) -> str:
        """The message as it is meant in `context`."""
        return _filled(self.catalogue.pgettext(context, message), values)

    def npgettext(self, context: str, one: str, many: str, n: int, **values: object) -> str:
        """The form for `n` things as it is meant in `context`."""
        return _filled(self.catalogue.npgettext(context, one, many, n), {"num": n, **values})


def _filled(message: str, values: dict[str, object]) -> str:
    return message % values if values else message


@lru_cache(maxsize=256)
def translator(tag: str = SOURCE_LANGUAGE, zone: str = "UTC", zone_name: str = "") -> Words:
    """The Words for a language tag ("es", "es-MX", "ar"); an unknown one gives English, never an error.

    `zone` is the site's IANA zone, `zone_name` what its patients call it; "" lets CLDR name it in this language.
    """
    locale = _locale(tag)
    return Words(str(locale).replace("_", "-"), locale, _catalogue(str(locale.language)), _zone(zone), zone_name)


def direction(tag: str) -> str:
    """ "rtl" or "ltr" for a language tag."""
    return translator(tag).direction


def _locale(tag: str) -> Locale:
    """The CLDR locale for a tag, if there are words for its language."""
    for candidate in (tag, tag.split("-", maxsplit=1)[0].split("_", maxsplit=1)[0]):
        try:
            locale = Locale.parse(candidate.replace("_", "-"), sep="-")
        except (ValueError, TypeError, UnknownLocaleError):
            continue
        if locale.language in LANGUAGES:
            return locale
    return Locale(SOURCE_LANGUAGE)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=16)
def _catalogue(language: str) -> NullTranslations:
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.mo"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        return GNUTranslations(file)

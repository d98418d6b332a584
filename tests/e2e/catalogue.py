"""Which words of a page are still English though the page is in another language: our own messages, by our catalogue."""

import re
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from tests.e2e.page_check import Page

LOCALE = Path(__file__).resolve().parents[2] / "fhirportal" / "words" / "locale"
PLACE = re.compile(r"%\(\w+\)[sd]")
MIN_LITERAL = 12


@cache
def _messages(language: str) -> tuple[frozenset[str], frozenset[str], tuple[re.Pattern, ...]]:
    """English messages that read otherwise in `language`; all its translations; messages with places, as patterns."""
    with (LOCALE / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file)
    plain, patterns, theirs = set(), set(), set()
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        theirs.update(strings)
        for english in ids:
            if not english or english in strings:
                continue
            if not PLACE.search(english):
                plain.add(" ".join(english.split()))
            elif len(PLACE.sub("", english)) >= MIN_LITERAL:
                patterns.add("(.+)".join(re.escape(" ".join(part.split())) for part in PLACE.split(english)))
    return frozenset(plain), frozenset(theirs), tuple(map(re.compile, sorted(patterns)))


def list_english(page: Page, language: str) -> list[str]:
    """The runs of text on a page in `language` that are messages of ours in English. The hospital's own words, and what says
    it is English, may be."""
    plain, theirs, patterns = _messages(language)
    runs = {run.text for run in page.runs if not run.own and not run.lang.startswith("en")} - theirs
    return sorted(text for text in runs if text in plain or any(p.fullmatch(text) for p in patterns))

"""The committed catalogues hold exactly the messages there are, compiled as they are, with their placeholders whole."""

import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

from fhirportal.words import translator

ROOT = Path(__file__).resolve().parents[3]
PLACES = re.compile(r"%\((\w+)\)s|</?[a-z]+")


def tool():
    loader = SourceFileLoader("words_tool", str(ROOT / ".ci" / "words"))
    module = module_from_spec(spec_from_loader("words_tool", loader))
    loader.exec_module(module)
    return module


WORDS = tool()


def test_catalogues_are_up_to_date():
    assert WORDS.stale() == [], "run .venv/bin/python .ci/words"


@pytest.mark.parametrize("language", WORDS.LANGUAGES)
def test_placeholders_and_tags_survive_translation(language):
    for message in WORDS.read(language):
        if not message.id or not message.string:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for said in filter(None, strings):
            wanted = set(PLACES.findall(ids[-1]))
            found = set(PLACES.findall(said))
            assert found <= wanted, (message.id, said)
            assert not wanted - found - ({"num"} if len(ids) > 1 else set()), (message.id, said)


@pytest.mark.parametrize("language", ["es"])
def test_a_complete_language_misses_nothing(language):
    assert WORDS.missing(WORDS.read(language)) == []


def test_every_arabic_translation_is_in_arabic():
    """But for names that stay as they are everywhere (ALT, INR) and for bare patterns."""
    wrong = []
    for message in WORDS.read("ar"):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for said in filter(None, strings if message.id else ()):
            bare = PLACES.sub("", said)
            if said != message.id and re.search("[A-Za-z]{3}", bare) and not re.search("[\u0600-\u06ff]", bare):
                wrong.append((message.id, said))
    assert wrong == []


@pytest.mark.parametrize("language", WORDS.LANGUAGES)
def test_no_translation_waits_for_a_second_look(language):
    assert [message.id for message in WORDS.read(language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize(("n", "said"), [(2, "ملفان"), (3, "3 ملفات"), (17, "17 ملفًا"), (100, "100 ملف"), (103, "103 ملفات")])
def test_arabic_counts_by_its_six_forms(n, said):
    """CLDR's rule and order; Babel's own for Arabic has the last two the wrong way round."""
    assert translator("ar").ngettext("%(num)s file", "%(num)s files", n) == said

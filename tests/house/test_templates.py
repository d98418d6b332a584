"""Templates: nothing a strict Content-Security-Policy would refuse, and no words that cannot be translated."""

import re

import pytest
from jinja2 import Environment
from tree import read, tracked

ATTRIBUTE = re.compile(r"""[a-z-]+=("[^"]*"|'[^']*')""")
INLINE = re.compile(r"\sstyle\s*=|<style\b|<script(?![^>]*\bsrc\s*=)|\son[a-z]+\s*=|javascript:", re.I)
SPOKEN = re.compile(r"""\b(?:alt|title|aria-label|placeholder|content)\s*=\s*("[^"]*"|'[^']*')""")
WORD = re.compile(r"[^\W\d_]{2,}")
# what is the same in every language, or is no language
SAME = {"fhirportal", "light", "dark", "width", "device", "initial", "scale", "noindex", "nofollow", "viewport", "fit", "cover"}
LEXER = Environment(extensions=["jinja2.ext.i18n"])
TEMPLATES = [p for p in tracked() if p.suffix == ".html" and p.parts[0] == "fhirportal"]


def markup(source: str) -> str:
    """What stands in the page as it is written: expressions, statements and what `trans` marks are taken out."""
    kept, marked, tag = [], False, ""
    for _, kind, value in LEXER.lex(source):
        if kind == "block_begin":
            tag = ""
        elif kind == "name" and not tag:
            tag = value
            marked = {"trans": True, "endtrans": False}.get(tag, marked)
        elif kind == "data" and not marked:
            kept.append(value)
        elif kind == "variable_begin":
            tag = "="
            kept.append(" ")
    return "".join(kept)


def unmarked(source: str) -> set[str]:
    text = re.sub(r"<!--.*?-->|<svg\b.*?</svg>|<script\b.*?</script>", " ", markup(source), flags=re.S)
    text = re.sub(r"<meta\b[^>]*htmx[^>]*>", " ", text)
    spoken = " ".join(SPOKEN.findall(text))
    # what a macro puts into somebody else's tag
    said = ATTRIBUTE.sub(" ", re.sub(r"<[^>]*>", " ", text))
    return {w for w in WORD.findall(f"{said} {spoken}") if w.lower() not in SAME}


def test_the_heuristic_sees_what_is_not_marked():
    assert unmarked('<p class="lead">Hello {{ name }}</p><a href="{{ x }}" title="Go on">{{ _("Go") }}</a>') == {
        "Hello",
        "Go",
        "on",
    }
    assert not unmarked('{% trans day=d %}Since {{ day }}{% endtrans %}<b class="x {{ y }}">{{ _("Yes") }}</b>{# words #}')


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_no_style_or_script_is_inline(path):
    assert not INLINE.findall(read(path))


@pytest.mark.parametrize("path", [p for p in TEMPLATES if p.parts[1] != "sandbox"], ids=str)
def test_every_word_is_marked_for_translation(path):
    assert not unmarked(read(path))

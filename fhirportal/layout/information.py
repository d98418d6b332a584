"""The pages that need no sign-in: about, terms, privacy and the others; ours, or the hospital's own in their place.

They are Markdown with the hospital's contacts filled in. It decides which file and which language is shown and what markup
is let through. It must not know requests or sessions; a hospital's file is trusted with words, not with markup.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from fhirportal.errors import NotFound
from fhirportal.layout.jinja import tel
from fhirportal.settings import Hospital
from fhirportal.words import Words, translator
from fhirportal.words import mark as N_

PAGES = {
    "about": N_("About this site"),
    "help": N_("Help"),
    "terms": N_("Terms"),
    "privacy": N_("Privacy"),
    "cookies": N_("Cookies"),
    "accessibility": N_("Accessibility"),
    "complaints": N_("Complaints"),
    "security": N_("Report a security problem"),
}
"""Every page there is, with its name in menus."""

OURS = Path(__file__).parent / "pages"
_MOST = 200_000
_TAGS = {
    "a", "p", "br", "h2", "h3", "ul", "ol", "li", "strong", "em", "blockquote", "hr", "code",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_EMAIL = re.compile(r"[^\s@<>()\[\]]+@[^\s@<>()\[\]]+\.[A-Za-z]{2,}")
_URL = re.compile(r"https?://[^\s<>()\[\]]+")
_PHONE = re.compile(r"\+?[\d][\d ()./-]{1,24}\d|\d{2,3}")
_ABSENT = {
    "emergency_number": N_("your local emergency number"),
    "help_phone": N_("the hospital’s front desk"),
    "help_hours": N_("in office hours"),
    "help_email": N_("the hospital’s front desk"),
    "privacy": N_("the hospital’s front desk"),
    "complaints": N_("the hospital’s front desk"),
    "security": N_("the hospital’s front desk"),
}


@dataclass(frozen=True)
class InfoPage:
    """One page: its title, its safe HTML, the language it is really in (not always the one asked for)."""

    name: str
    title: str
    body: Markup
    language: str
    direction: str


def get_page(hospital: Hospital, name: str, words: Words) -> InfoPage:
    """The page by its name (a key of PAGES); NotFound for any other name.

    A hospital's own file wins over ours even in another language: its terms are the ones that hold.
    """
    if name not in PAGES:
        raise NotFound("no such page")
    language, source = _find_source(hospital, name, words)
    written_in = translator(language)
    title, body = _drawn(_filled(source, hospital, written_in))
    return InfoPage(name, title or written_in.gettext(PAGES[name]), body, language, written_in.direction)


def _find_source(hospital: Hospital, name: str, words: Words) -> tuple[str, str]:
    """(language, Markdown): the hospital's in this language, in its first, in English; then ours in the same order."""
    first = hospital.languages[0].split("-")[0] if hospital.languages else "en"
    languages = list(dict.fromkeys((words.language, first, "en")))
    folders = [hospital.branding.pages_dir, OURS]
    for folder in [f for f in folders if f]:
        for language in languages:
            path = folder / f"{name}.{language}.md"
            if path.is_file():
                return language, path.read_text("utf-8")[:_MOST]
    raise NotFound(f"page {name} has no text")


def _filled(source: str, hospital: Hospital, words: Words) -> str:
    """The text with {names} replaced; a contact becomes a link where it is a number, an address or an e-mail."""
    values = {name: _linked(getattr(hospital.contacts, name)) or words.gettext(absent) for name, absent in _ABSENT.items()}
    values |= {
        "hospital": _plain(hospital.name),
        "portal_name": _plain(hospital.branding.portal_name),
        "terms_version": _plain(hospital.terms_version),
        "info": f"/about/{hospital.slug}",
        "sign_in": f"/signin/{hospital.slug}",
    }
    return re.sub(r"\{([a-z_]+)\}", lambda found: values.get(found[1], found[0]), source)


def _linked(contact: str) -> str:
    """A contact as Markdown: a link if the whole of it is one thing, else its plain words."""
    contact = contact.strip()
    if _EMAIL.fullmatch(contact):
        return f"[{_plain(contact)}](mailto:{contact})"
    if _URL.fullmatch(contact):
        return f"[{_plain(contact)}]({contact})"
    if _PHONE.fullmatch(contact):
        return f"[{contact}]({tel(contact)})"
    return _plain(contact)


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~-])", r"\\\1", " ".join(text.split()))


@lru_cache(maxsize=256)
def _drawn(source: str) -> tuple[str, Markup]:
    """(title, HTML): the first "# " line is the title; everything not on the list is dropped."""
    title, rest = "", source
    if found := re.match(r"\s*# +(.+?)\s*(?:\n|$)", source):
        title, rest = found[1], source[found.end() :]
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(rest)
    clean = nh3.clean(
        html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )  # fmt: skip
    return re.sub(r"\\(.)", r"\1", title), Markup(clean)  # noqa: S704 - cleaned on the line above

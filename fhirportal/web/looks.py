"""In which language and colours this request is answered.

It decides the order: the session's choice, the browser's own cookie, what the browser asks for among what the hospital
offers, the hospital's first. It must not know what is shown.
"""

from collections.abc import Sequence

from flask import g, request
from werkzeug.datastructures import LanguageAccept

from fhirportal.accounts.session import Session
from fhirportal.layout.frame import THEMES, Theme
from fhirportal.settings import Hospital, Settings
from fhirportal.web.cookies import read_look
from fhirportal.web.services import services
from fhirportal.words import COMPLETE, LANGUAGES, Words, translator


def offered_languages(hospital: Hospital | None, settings: Settings) -> tuple[str, ...]:
    """Tags a page can be had in: the hospital's, or before one is chosen every hospital's; incomplete ones in the demo only."""
    hospitals = [hospital] if hospital else list(settings.hospitals.values())
    named = dict.fromkeys(tag for each in hospitals for tag in each.languages)
    known = [tag for tag in named if _base(tag) in LANGUAGES and (settings.demo or _base(tag) in COMPLETE)]
    return tuple(known) or ("en",)


def decide_locale(wanted: Sequence[str], accepted: LanguageAccept, offered: Sequence[str]) -> str:
    """The first of `wanted` that is offered, else the browser's best match, else the first offered. Pure."""
    for tag in wanted:
        match = _match(tag, offered)
        if match:
            return match
    for tag in accepted.values():
        match = _match(tag, offered)
        if match:
            return match
    return offered[0]


def locale_for(hospital: Hospital | None, session: Session | None) -> str:
    """The language tag for this request."""
    cookie, _ = read_look()
    chosen = [tag for tag in (session.locale if session else None, cookie) if tag]
    return decide_locale(chosen, request.accept_languages, offered_languages(hospital, services().settings))


def theme_for(session: Session | None) -> Theme:
    """The colours chosen, "" for the device's own."""
    _, cookie = read_look()
    return parse_theme(session.theme if session and session.theme else cookie) or ""


def parse_theme(raw: str | None) -> Theme | None:
    """A theme by its posted name; "device" is the device's own. None for what is no theme."""
    if raw == "device":
        return ""
    return raw if raw in THEMES else None


def words_for(hospital: Hospital | None, session: Session | None) -> Words:
    """The words of this request's language, with the hospital's zone for times. Kept for templates in `g.words`."""
    tag = locale_for(hospital, session)
    words = translator(tag, hospital.time_zone, hospital.zone_name) if hospital else translator(tag)
    g.words = words
    return words


def _match(tag: str, offered: Sequence[str]) -> str | None:
    exact = [each for each in offered if each.lower() == tag.lower()]
    near = [each for each in offered if _base(each) == _base(tag)]
    return next(iter(exact + near), None)


def _base(tag: str) -> str:
    return tag.replace("_", "-").split("-")[0].lower()

"""A launch inside the EHR's own frame: does the cookie stick there, and the way into a tab of its own where it does not.

It decides that sign-in and terms never show in a frame. It must not know the protocol. A partitioned cookie (CHIPS) is only
the frame's: a new tab has none, so the session moves there by a ticket, used once, from a form of ours.
"""

import hashlib
import hmac
import json
import secrets

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from fhirportal import web
from fhirportal.accounts.session import Session
from fhirportal.errors import NotAllowed
from fhirportal.settings import Hospital
from fhirportal.signin import beginning
from fhirportal.signin.beginning import begin_from_ehr
from fhirportal.signin.hospitals import get_hospital
from fhirportal.web.guarding import sent_from_here
from smart_launch.errors import LaunchExpired

CHECK_SECONDS = 300.0
TICKET_SECONDS = 300.0


def add_routes(blueprint: Blueprint) -> None:
    """/launch/<slug>/framed/<id> and the form that leads to a new tab."""
    blueprint.add_url_rule("/launch/<slug>/framed/<check>", view_func=framed_launch)
    blueprint.add_url_rule("/signin/<slug>/continue", view_func=continue_in_tab, methods=["POST"])


def check_cookies(hospital: Hospital, iss: str, launch: str) -> ResponseReturnValue:
    """First step in a frame: set the cookie and come back to see whether it stuck. The launch value is not used yet."""
    if not hospital.frame_ancestors or not web.services().settings.secure:
        return new_tab(hospital, iss, launch)
    check = secrets.token_urlsafe(24)
    record = {"slug": hospital.slug, "iss": iss, "launch": launch, "browser": _digest(web.browser_secret())}
    web.services().kv.put(f"framed:{check}", json.dumps(record).encode(), CHECK_SECONDS)
    return web.see_other(f"/launch/{hospital.slug}/framed/{check}")


def framed_launch(slug: str, check: str) -> ResponseReturnValue:
    """Second step: on with the launch where the cookie came back, else the same launch in a new tab."""
    web.limited("launch", web.peer(), beginning.PER_MINUTE)
    hospital = get_hospital(slug)
    raw = web.services().kv.take(f"framed:{check[:64]}")
    record = json.loads(raw) if raw else None
    if record is None or record["slug"] != slug:
        raise LaunchExpired("no such framed launch")
    browser = web.find_browser_secret()
    if browser is None or not hmac.compare_digest(_digest(browser), record["browser"]):
        return new_tab(hospital, record["iss"], record["launch"])
    return begin_from_ehr(hospital, record["iss"], record["launch"], embedded=True)


def new_tab(hospital: Hospital, iss: str, launch: str) -> str:
    """The page that goes on with the same, unused launch in a tab of its own."""
    web.allow_frame(hospital)
    return web.render("signin/new_tab.html", hospital=hospital, launch={"iss": iss, "launch": launch}, ticket="")


def tab_for(session: Session, hospital: Hospital, handle: str) -> str:
    """In a frame, where something must be read and agreed to: the page that moves this session into a tab."""
    ticket = secrets.token_urlsafe(32)
    record = json.dumps({"key": session.key, "slug": hospital.slug, "handle": handle}).encode()
    web.services().kv.put(f"ticket:{_digest(ticket)}", record, TICKET_SECONDS)
    web.allow_frame(hospital)
    return web.render("signin/new_tab.html", hospital=hospital, launch=None, ticket=ticket)


@web.without_token
def continue_in_tab(slug: str) -> Response:
    """Take the ticket, give this tab the session under a new secret; the frame's own has ended with that. The ticket is its
    own proof, and only a page of ours can have sent it."""
    web.limited("continue", web.peer(), 30)
    if not sent_from_here() or not ({"Sec-Fetch-Site", "Origin"} & set(request.headers.keys())):
        raise NotAllowed("ticket posted from elsewhere", code="foreign-form")
    hospital = get_hospital(slug)
    raw = web.services().kv.take(f"ticket:{_digest(request.form.get('ticket', ''))}")
    record = json.loads(raw) if raw else {"slug": ""}
    session = web.services().sessions.find_by_key(record["key"]) if record["slug"] == hospital.slug else None
    opened = web.services().sessions.renew(session) if session else None
    if opened is None:
        raise LaunchExpired("no such ticket")
    response = make_response(web.see_other(f"/c/{record['handle']}/"))
    web.set_session_cookie(response, opened.secret, embedded=False)
    return response


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

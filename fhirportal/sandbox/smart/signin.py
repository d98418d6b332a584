"""HTTP for people: authorize, the sign-in page, and the page where one chooses a chart and allows the app.

Every step is bound to the browser that began it by a cookie. What is sound or granted is decided in authorize.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fhirportal.sandbox.smart import authorize
from fhirportal.sandbox.smart.context import Context
from fhirportal.sandbox.smart.ehr import Ehr, origin_of
from fhirportal.sandbox.smart.errors import NoRedirect, OAuthError
from fhirportal.sandbox.smart.launches import take_launch
from fhirportal.sandbox.smart.people import Actor, Person, display_name
from fhirportal.sandbox.smart.state import hash_of
from fhirportal.sandbox.smart.words import list_permissions

_CSP = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
_SHOWN = 12  # people and charts offered on one page


def add_pages(blueprint: Blueprint, ehrs: Mapping[str, Ehr]) -> None:
    """The three pages on the SMART blueprint."""

    @blueprint.route("/auth/authorize", methods=["GET", "POST"], endpoint="authorize")
    def begin(base: str) -> AnyResponse:
        return _begin(_ehr(ehrs, base))

    @blueprint.route("/auth/sign-in", methods=["GET", "POST"], endpoint="sign_in")
    def sign_in(base: str) -> AnyResponse:
        return _sign_in(_ehr(ehrs, base))

    @blueprint.route("/auth/allow", methods=["GET", "POST"], endpoint="allow")
    def allow(base: str) -> AnyResponse:
        return _allow(_ehr(ehrs, base))


def _ehr(ehrs: Mapping[str, Ehr], base: str) -> Ehr:
    return ehrs[base] if base in ehrs else abort(404)


@dataclass(frozen=True)
class Step:
    """A half-finished sign-in: the app's request, and who signed in, once they have. `handle` stands in the form."""

    handle: str
    asked: authorize.Asked
    person: Person | None


def _begin(ehr: Ehr) -> AnyResponse:
    source = request.form if request.method == "POST" else request.args
    params = dict(source.lists())
    try:
        client, redirect_uri = authorize.find_return(params, ehr.clients)
    except NoRedirect as error:
        return _page(ehr, "error.html", 400, title="This app cannot be opened", why=str(error))
    state = next(iter(params.get("state", ())), None)
    try:
        if ehr.switches.authorize_error:
            raise OAuthError(ehr.switches.authorize_error, "set on the switchboard")
        asked = authorize.parse_request(ehr, params)
        authorize.decide_scopes(ehr, client, asked.scope)
        if asked.launch is None:
            return _ask_to_sign_in(ehr, asked)
        context = take_launch(ehr, asked.launch, client.client_id)
        return _leave(authorize.issue_code(ehr, asked, context))
    except OAuthError as error:
        return _leave(authorize.error_address(ehr, redirect_uri, error, state))


def _ask_to_sign_in(ehr: Ehr, asked: authorize.Asked) -> AnyResponse:
    browser = request.cookies.get(_cookie(ehr)) or secrets.token_urlsafe(32)
    body = {"browser": hash_of(browser), "asked": asked.to_json(), "person": None}
    handle = ehr.state.issue("step", body, ehr.now() + authorize.PENDING_SECONDS)
    response = _leave(f"{ehr.auth}/sign-in?request={handle}")
    path = f"/{ehr.slug}/auth"
    response.set_cookie(_cookie(ehr), browser, httponly=True, samesite="Lax", secure=ehr.secure, path=path)
    return response


def _sign_in(ehr: Ehr) -> AnyResponse:
    step = _step(ehr)
    if step is None:
        return _lost(ehr)
    if request.method == "GET":
        return _sign_in_page(ehr, step)
    person = ehr.people.find_by_login(request.form.get("username", "").strip())
    password = request.form.get("password", "")
    if person is None or not hmac.compare_digest(person.password.encode(), password.encode()):
        return _sign_in_page(ehr, step, problem="That user name and password do not go together. Try again.")
    body = {"browser": hash_of(request.cookies[_cookie(ehr)]), "asked": step.asked.to_json(), "person": person.key}
    ehr.state.forget(step.handle)
    handle = ehr.state.issue("step", body, ehr.now() + authorize.PENDING_SECONDS)
    return _leave(f"{ehr.auth}/allow?request={handle}")


def _sign_in_page(ehr: Ehr, step: Step, problem: str = "") -> AnyResponse:
    return _page(
        ehr,
        "signin.html",
        400 if problem else 200,
        app=_app(ehr, step),
        handle=step.handle,
        people=ehr.people.list_(_SHOWN),
        problem=problem,
        username=request.form.get("username", ""),
    )


def _allow(ehr: Ehr) -> AnyResponse:
    step = _step(ehr)
    if step is None or step.person is None:
        return _lost(ehr)
    if request.method == "GET":
        return _allow_page(ehr, step, step.person)
    if request.form.get("answer") == "deny":
        refusal = OAuthError("access_denied", "the person said no")
        return _finish(ehr, step, authorize.error_address(ehr, step.asked.redirect_uri, refusal, step.asked.state))
    actor = _chosen(ehr, step.person)
    if actor is None:
        return _allow_page(ehr, step, step.person, problem="Choose whose record to open.")
    try:
        address = authorize.issue_code(ehr, step.asked, _context(actor))
    except OAuthError as error:
        address = authorize.error_address(ehr, step.asked.redirect_uri, error, step.asked.state)
    return _finish(ehr, step, address)


def _allow_page(ehr: Ehr, step: Step, person: Person, problem: str = "") -> AnyResponse:
    words = request.args.get("name", "").strip()
    scope = authorize.decide_scopes(ehr, ehr.clients[step.asked.client_id], step.asked.scope)
    return _page(
        ehr,
        "allow.html",
        400 if problem else 200,
        app=_app(ehr, step),
        handle=step.handle,
        person=person,
        charts=_charts(ehr, person, words, chart_needed=authorize.wants_patient(step.asked.scope)),
        searching=bool(person.practitioner),
        name=words,
        permissions=list_permissions(scope),
        problem=problem,
    )


def _charts(ehr: Ehr, person: Person, words: str, *, chart_needed: bool) -> list[dict[str, str]]:
    """What the page offers: each chart with the value its button sends."""
    charts = [_chart(ehr, actor) for actor in ehr.people.list_actors(person) if actor.patient]
    if person.practitioner:
        found = ehr.records.search("Patient", {"name": words} if words else {}, _SHOWN)
        charts += [{"value": f"clinician {p['id']}", "name": display_name(p), "as_": "patient"} for p in found]
        if not chart_needed:
            charts.append({"value": "clinician", "name": person.name, "as_": "no chart"})
    return charts


def _chart(ehr: Ehr, actor: Actor) -> dict[str, str]:
    patient = ehr.records.find("Patient", actor.patient or "") or {"id": actor.patient}
    as_ = "you" if actor.as_ == "patient" else f"you are the {actor.label}"
    return {"value": f"{actor.as_} {actor.patient}", "name": display_name(patient), "as_": as_}


def _chosen(ehr: Ehr, person: Person) -> Actor | None:
    """The actor behind the pressed button, made anew from what this person may open."""
    as_, _, patient = request.form.get("chart", "").partition(" ")
    for actor in ehr.people.list_actors(person):
        if actor.as_ != as_:
            continue
        if actor.as_ == "clinician" and (not patient or ehr.records.find("Patient", patient)):
            return Actor(**{**vars(actor), "patient": patient or None})
        if actor.patient == patient:
            return actor
    return None


def _context(actor: Actor) -> Context:
    return Context(person=actor.key, fhir_user=actor.fhir_user, patient=actor.patient, banner=True)


def _finish(ehr: Ehr, step: Step, address: str) -> AnyResponse:
    ehr.state.forget(step.handle)
    return _leave(address)


def _step(ehr: Ehr) -> Step | None:
    """The step the form names, if this browser began it."""
    handle = request.values.get("request", "")
    found = ehr.state.find("step", handle, ehr.now())
    browser = request.cookies.get(_cookie(ehr), "")
    if found is None or not hmac.compare_digest(found.body["browser"], hash_of(browser)):
        return None
    person = ehr.people.find(found.body["person"]) if found.body["person"] else None
    return Step(handle, authorize.Asked(**found.body["asked"]), person)


def _lost(ehr: Ehr) -> AnyResponse:
    why = "This page was open too long, or it was opened in another browser. Start again in the app."
    return _page(ehr, "error.html", 400, title="Please start again", why=why)


def _app(ehr: Ehr, step: Step) -> Any:
    return ehr.clients[step.asked.client_id]


def _cookie(ehr: Ehr) -> str:
    return f"ehr_{ehr.slug}"


def _leave(address: str) -> Response:
    """302 from a GET, 303 from a POST, so that a posted password goes nowhere else."""
    response = make_response(redirect(address, 303 if request.method == "POST" else 302))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _page(ehr: Ehr, template: str, status: int, **values: Any) -> AnyResponse:
    response = make_response(render_template(f"smart/{template}", ehr=ehr, **values), status)
    app = values.get("app")
    return with_page_headers(response, [origin_of(uri) for uri in app.redirect_uris] if app else [])


def with_page_headers(response: Response, goes_to: list[str]) -> Response:
    """A strict CSP whose forms may end at `goes_to`: Chromium checks form-action on every hop of a redirect."""
    actions = " ".join(["'self'", *goes_to])
    response.headers["Content-Security-Policy"] = f"{_CSP}; form-action {actions}"
    response.headers["Cache-Control"] = "no-store"
    # not no-referrer: with it Chromium posts our own forms with "Origin: null"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

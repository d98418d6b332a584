"""HTTP of the staff desk: sign-in, patients, results, opening the portal, connection details, launches for scripts.

Server-rendered, no script at all. What an action does is the ward's and smart.launches'; this decides pages and codes.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from fhirportal.sandbox.desk import session
from fhirportal.sandbox.desk.results import CannotCorrect, to_row
from fhirportal.sandbox.desk.session import ForgedForm, Staff
from fhirportal.sandbox.desk.ward import Ledger, NoSuchResult, Stale, Ward
from fhirportal.sandbox.smart.context import Context
from fhirportal.sandbox.smart.ehr import Ehr
from fhirportal.sandbox.smart.launches import NoSuchApp, create_launch, get_app, launch_address
from fhirportal.sandbox.smart.people import ROLES, Actor, NobodyLikeThat
from fhirportal.sandbox.smart.routes import require_control
from fhirportal.sandbox.smart.signin import with_page_headers

_STATIC = Path(__file__).parent / "static"
_SHOWN = 50
_VISITS = 5
_API = frozenset({"as", "client_id", "patient", "encounter", "fhir_context", "banner", "style", "intent", "person"})


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One hospital's desk. The sign-in is shared and printed on its page: this is a demonstration."""

    ehr: Ehr
    ledger: Ledger
    username: str = "staff"
    password: str = "staff"  # noqa: S105  printed on the page

    @property
    def ward(self) -> Ward:
        return Ward(self.ehr, self.ledger)


View = Callable[[Desk, Staff], AnyResponse]


def make_blueprint(desks: Mapping[str, Desk], control_token: str) -> Blueprint:
    """All addresses under `/<base>/desk`."""
    blueprint = Blueprint(
        "desk",
        __name__,
        url_prefix="/<base>/desk",
        template_folder="templates",
    )
    _add_door(blueprint, desks)
    _add_pages(blueprint, desks)
    _add_actions(blueprint, desks)
    _add_api(blueprint, desks, control_token)
    return blueprint


def _desk(desks: Mapping[str, Desk], base: str) -> Desk:
    return desks[base] if base in desks else abort(404)


def _add_door(blueprint: Blueprint, desks: Mapping[str, Desk]) -> None:
    @blueprint.route("/sign-in", methods=["GET", "POST"])
    def sign_in(base: str) -> AnyResponse:
        desk = _desk(desks, base)
        return _sign_in(desk) if request.method == "POST" else _page(desk, "signin.html")

    @blueprint.post("/sign-out")
    @_staffed(desks)
    def sign_out(desk: Desk, staff: Staff) -> AnyResponse:
        response = _go(desk, "/sign-in")
        session.end(desk.ehr, staff, response)
        return response


def _sign_in(desk: Desk) -> AnyResponse:
    try:
        session.require_own_form(desk.ehr, None)
    except ForgedForm:
        return _problem(desk, None, "This form came from another site.", 400)
    sent = (request.form.get("username", ""), request.form.get("password", ""))
    if not all(map(_same, sent, (desk.username, desk.password))):
        return _page(desk, "signin.html", 400, problem="That user name and password do not go together. Try again.")
    response = _go(desk, "/patients")
    session.begin(desk.ehr, response)
    return response


def _same(sent: str, wanted: str) -> bool:
    return hmac.compare_digest(sent.encode(), wanted.encode())


def _add_pages(blueprint: Blueprint, desks: Mapping[str, Desk]) -> None:
    @blueprint.get("/static/<path:name>")
    def static(base: str, name: str) -> Response:
        _desk(desks, base)
        return send_from_directory(_STATIC, name, max_age=3600)

    @blueprint.get("/")
    def home(base: str) -> AnyResponse:
        return _go(_desk(desks, base), "/patients")

    @blueprint.get("/patients")
    @_staffed(desks)
    def patients(desk: Desk, staff: Staff) -> AnyResponse:
        name = request.args.get("name", "").strip()[:100]
        cards = desk.ward.list_patients(name, _SHOWN)
        return _page(desk, "patients.html", staff=staff, here="patients", name=name, cards=cards, most=_SHOWN)

    @blueprint.get("/patients/<id_>")
    @_staffed(desks)
    def patient(desk: Desk, staff: Staff, id_: str) -> AnyResponse:
        return _patient(desk, staff, id_)

    @blueprint.get("/patients/<id_>/correct/<result>")
    @_staffed(desks)
    def correction(desk: Desk, staff: Staff, id_: str, result: str) -> AnyResponse:
        return _correction(desk, staff, id_, result)

    @blueprint.get("/connection")
    @_staffed(desks)
    def connection(desk: Desk, staff: Staff) -> AnyResponse:
        return _page(desk, "connection.html", staff=staff, here="connection", clients=desk.ehr.clients.values())


def _patient(desk: Desk, staff: Staff, id_: str) -> AnyResponse:
    ward = desk.ward
    return _page(
        desk,
        "patient.html",
        staff=staff,
        here="patients",
        card=ward.get_patient(id_),
        openers=desk.ehr.people.list_openers(id_),
        apps=[client for client in desk.ehr.clients.values() if client.launch_uri],
        visits=ward.list_visits(id_, _VISITS),
        rows=ward.list_results(id_, _SHOWN),
        done=request.args.get("done", ""),
    )


def _correction(desk: Desk, staff: Staff, id_: str, result: str, problem: str = "") -> AnyResponse:
    row = to_row(desk.ward.get_result("Observation", result, id_))
    return _page(
        desk,
        "correct.html",
        400 if problem else 200,
        staff=staff,
        here="patients",
        card=desk.ward.get_patient(id_),
        row=row,
        problem=problem,
        sent=request.form,
    )


def _add_actions(blueprint: Blueprint, desks: Mapping[str, Desk]) -> None:
    @blueprint.post("/patients/<id_>/launch")
    @_staffed(desks)
    def launch(desk: Desk, staff: Staff, id_: str) -> AnyResponse:  # noqa: ARG001  the form was checked
        return _launch(desk, id_)

    @blueprint.post("/patients/<id_>/release")
    @_staffed(desks)
    def release(desk: Desk, staff: Staff, id_: str) -> AnyResponse:
        type_, result = request.form.get("type", ""), request.form.get("id", "")
        try:
            desk.ward.release(type_, result, id_, request.form.get("version", ""))
        except CannotCorrect as error:
            return _problem(desk, staff, str(error), 409)
        return _go(desk, f"/patients/{id_}?done=released#results")

    @blueprint.post("/patients/<id_>/correct/<result>")
    @_staffed(desks)
    def correct(desk: Desk, staff: Staff, id_: str, result: str) -> AnyResponse:
        form = request.form
        try:
            version, value, note = (form.get(name, "") for name in ("version", "value", "note"))
            desk.ward.correct(result, id_, version, value, note)
        except CannotCorrect as error:
            return _correction(desk, staff, id_, result, str(error))
        return _go(desk, f"/patients/{id_}?done=corrected#results")


def _launch(desk: Desk, patient: str) -> AnyResponse:
    """As an EHR: the app opens for exactly the person, role and chart of the pressed button."""
    chosen = request.form.get("as", "")
    actor = next((a for a in desk.ehr.people.list_openers(patient) if a.fhir_user == chosen), None)
    if actor is None:
        raise NoSuchResult("Nobody like that can open this record.")
    client = get_app(desk.ehr, request.form.get("app") or None)
    encounter = request.form.get("visit", "")
    known = {id_ for id_, _ in desk.ward.list_visits(patient, _VISITS)}
    context = _context(actor, encounter if encounter in known else None)
    return redirect(launch_address(desk.ehr, client, context), 303)


def _context(actor: Actor, encounter: str | None) -> Context:
    return Context(person=actor.key, fhir_user=actor.fhir_user, patient=actor.patient, encounter=encounter, banner=True)


def _add_api(blueprint: Blueprint, desks: Mapping[str, Desk], control_token: str) -> None:
    @blueprint.post("/api/launch")
    def api_launch(base: str) -> Response | tuple[Response, int]:
        """`{"person": KEY, "as": ..., ...}` -> `{"url": ...}`; for scripts, with the control token."""
        desk = _desk(desks, base)
        require_control(control_token)
        body = request.get_json(silent=True)
        try:
            return jsonify({"url": _scripted(desk.ehr, body)})
        except (NobodyLikeThat, NoSuchApp) as error:
            return jsonify({"error": str(error)}), 404
        except ValueError as error:
            return jsonify({"error": str(error)}), 400


def _scripted(ehr: Ehr, body: Any) -> str:
    """Raises ValueError for a body of the wrong shape, NobodyLikeThat, NoSuchApp."""
    if not isinstance(body, dict) or not isinstance(body.get("person"), str):
        raise ValueError("send a JSON object with at least the key of a person: {'person': ...}")
    unknown = sorted(set(body) - _API)
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}")
    rest = {name: value for name, value in body.items() if name not in ("person", "as", "client_id")}
    as_ = body.get("as", "patient")
    if as_ not in ROLES:
        raise ValueError(f"as must be one of {', '.join(ROLES)}")
    return create_launch(ehr, body["person"], as_, body.get("client_id"), **rest)


def _staffed(desks: Mapping[str, Desk]) -> Callable[[Callable[..., AnyResponse]], Callable[..., AnyResponse]]:
    """Only for signed-in staff; posts only from our own forms; the desk's errors as pages."""

    def wrap(view: Callable[..., AnyResponse]) -> Callable[..., AnyResponse]:
        @wraps(view)
        def guarded(base: str, **path: str) -> AnyResponse:
            desk = _desk(desks, base)
            staff = session.find_staff(desk.ehr)
            if staff is None:
                return _go(desk, "/sign-in")
            try:
                if request.method == "POST":
                    session.require_own_form(desk.ehr, staff)
                return view(desk, staff, **path)
            except ForgedForm:
                return _problem(desk, staff, "This form is too old or came from another site. Go back and try again.", 400)
            except (NoSuchResult, NoSuchApp) as error:
                return _problem(desk, staff, str(error), 404)
            except Stale:
                return _problem(desk, staff, "Somebody changed this result meanwhile. Look at it again.", 409)

        return guarded

    return wrap


def _problem(desk: Desk, staff: Staff | None, why: str, status: int) -> AnyResponse:
    return _page(desk, "problem.html", status, staff=staff, why=why)


def _go(desk: Desk, path: str) -> Response:
    return make_response(redirect(f"{desk.ehr.root}/desk{path}", 303))


def _page(desk: Desk, template: str, status: int = 200, **values: Any) -> AnyResponse:
    values = {"staff": None, "here": "", "problem": "", **values}
    html = render_template(f"desk/{template}", ehr=desk.ehr, desk=desk, **values)
    return with_page_headers(make_response(html, status), desk.ehr.app_origins())

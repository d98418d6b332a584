"""Puts one sandbox process together: for each base a FHIR server, the SMART front that guards it, and the staff desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from fhirportal.sandbox.config import Base, SandboxConfig
from fhirportal.sandbox.desk import routes as desk
from fhirportal.sandbox.desk.ledger import StoreLedger
from fhirportal.sandbox.faults import FAULT_SWITCHES, BadFault, FaultyFront, Switchboard
from fhirportal.sandbox.fhir import routes as fhir
from fhirportal.sandbox.fhir.hostile import Impostor
from fhirportal.sandbox.fhir.policy import OpenPolicy, Policy
from fhirportal.sandbox.fhir.store import Store
from fhirportal.sandbox.smart import routes as smart
from fhirportal.sandbox.smart.discovery import capability_security
from fhirportal.sandbox.smart.ehr import Ehr, origin_of
from fhirportal.sandbox.smart.people import People
from fhirportal.sandbox.smart.policy import SmartPolicy
from fhirportal.sandbox.smart.state import State
from fhirportal.sandbox.smart.switches import turn


@dataclass(frozen=True)
class House:
    """One base, put together."""

    base: Base
    store: Store
    ehr: Ehr
    ledger: StoreLedger
    impostor: Impostor
    faults: Switchboard = field(default_factory=Switchboard)

    @property
    def policy(self) -> Policy:
        return SmartPolicy(self.ehr) if self.base.enforce_tokens else OpenPolicy()


def create_app(config: SandboxConfig) -> Flask:
    """The WSGI application that serves every base of `config`. Its houses hang at `app.extensions["sandbox"]`."""
    app = Flask("fhirportal.sandbox", static_folder=None)
    houses = {base.slug: _house(config, base) for base in config.bases}
    app.extensions["sandbox"] = houses
    app.url_map.strict_slashes = False
    app.register_blueprint(_control(houses, config.control_token))
    app.register_blueprint(smart.make_blueprint({s: h.ehr for s, h in houses.items()}, config.control_token))
    desks = {s: desk.Desk(ehr=h.ehr, ledger=h.ledger, password=config.staff_password) for s, h in houses.items()}
    app.register_blueprint(desk.make_blueprint(desks, config.control_token))
    app.register_blueprint(fhir.make_blueprint({s: _fhir_base(h) for s, h in houses.items()}))
    app.register_error_handler(HTTPException, fhir.answer_lost)
    app.wsgi_app = FaultyFront(app.wsgi_app, {s: h.faults for s, h in houses.items()})  # type: ignore[method-assign]
    return app


def store_of(config: SandboxConfig, base: Base) -> Store:
    """The store of one base, for loading data before anything serves."""
    return Store(config.data_dir / base.slug / "fhir.sqlite", f"{config.public_url}/{base.slug}/fhir")


def _house(config: SandboxConfig, base: Base) -> House:
    store = store_of(config, base)
    ledger = StoreLedger(store)
    ehr = Ehr(
        slug=base.slug,
        name=base.name,
        root=f"{config.public_url}/{base.slug}",
        people=People(base.people, ledger, derive=base.derive_people),
        clients={client.client_id: client for client in base.clients},
        records=ledger,
        state=State(config.data_dir / base.slug / "smart.sqlite"),
        clock=lambda: datetime.now(UTC),
    )
    return House(base, store, ehr, ledger, Impostor(store))


def _fhir_base(house: House) -> fhir.FhirBase:
    origins = frozenset(origin_of(url) for client in house.base.clients for url in client.redirect_uris)
    return fhir.FhirBase(
        name=house.base.name,
        store=house.store,
        policy=house.policy,
        security=lambda: capability_security(house.ehr),
        impostor=house.impostor,
        origins=origins,
    )


def _control(houses: Mapping[str, House], token: str) -> Blueprint:
    """`GET /` says that the sandbox is up. `POST /<base>/_control` makes a base hostile or broken: `{"answer_as": id or null}`
    answers everything with that patient's data, `{"enforce_tokens": false}` asks nobody for a token, `latency_ms`, `faults`
    and `reset` are `faults.Switchboard`'s. What is not named stays as it is; GET shows the faults."""
    blueprint = Blueprint("control", __name__)

    @blueprint.get("/")
    def up() -> Response:
        return jsonify({"sandbox": sorted(houses)})

    @blueprint.route("/<base>/_control", methods=["GET", "POST"])
    def control(base: str) -> Response | tuple[Response, int]:
        smart.require_control(token)
        house = houses.get(base) or abort(404)
        asked = request.get_json(silent=True) if request.method == "POST" else {}
        if not isinstance(asked, dict) or (problem := _turned(house, asked)):
            return jsonify({"error": problem if isinstance(asked, dict) else "send a JSON object"}), 400
        return jsonify({"ok": True, **house.faults.shown()})

    return blueprint


def _turned(house: House, asked: Mapping[str, Any]) -> str:
    """Turns all the switches asked for, or none and says what is wrong."""
    victim, enforce = asked.get("answer_as"), asked.get("enforce_tokens")
    if unknown := asked.keys() - {"answer_as", "enforce_tokens", *FAULT_SWITCHES}:
        return f"no switch is called {min(unknown)!r}"
    if not isinstance(victim, str | None) or not isinstance(enforce, bool | None):
        return "answer_as takes a patient id or null, enforce_tokens true or false"
    if victim is not None and house.store.find("Patient", victim) is None:
        return "there is no such patient"
    try:
        house.faults.turn(asked)
    except BadFault as problem:
        return str(problem)
    if "answer_as" in asked or asked.get("reset"):
        house.impostor.answer_as(victim)
    if enforce is not None or asked.get("reset"):
        turn(house.ehr.state, {"enforce": enforce is not False})
    return ""

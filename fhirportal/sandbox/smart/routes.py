"""HTTP for machines: discovery, keys, token, revocation, introspection, the style file and the switchboard.

It turns requests into calls of tokens, discovery and switches and errors into RFC 6749 JSON; it decides nothing else.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import wraps
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from fhirportal.sandbox.smart import signin, tokens
from fhirportal.sandbox.smart.client_auth import ClientAuth
from fhirportal.sandbox.smart.clients import Client
from fhirportal.sandbox.smart.discovery import openid_configuration, smart_configuration
from fhirportal.sandbox.smart.ehr import Ehr, origin_of
from fhirportal.sandbox.smart.errors import OAuthError
from fhirportal.sandbox.smart.switches import BadSwitch, turn

_STYLE = {
    "color_background": "#eef2f6",
    "color_error": "#b3261e",
    "color_highlight": "#0b5cad",
    "color_modal_backdrop": "",
    "color_success": "#1d6b3a",
    "color_text": "#17202b",
    "dim_border_radius": "4px",
    "dim_font_size": "16px",
    "dim_spacing_size": "16px",
    "font_family_body": "system-ui, sans-serif",
    "font_family_heading": "system-ui, sans-serif",
}
Ehrs = Mapping[str, Ehr]


def make_blueprint(ehrs: Ehrs, control_token: str) -> Blueprint:
    """All addresses of the SMART front under `/<base>`. `control_token` opens the switchboard."""
    blueprint = Blueprint("smart", __name__, url_prefix="/<base>", template_folder="templates")
    proofs = {slug: ClientAuth(ehr.clients, ehr.state, f"{ehr.auth}/token") for slug, ehr in ehrs.items()}
    for ehr in ehrs.values():
        ehr.state.sweep(ehr.now())
    _add_discovery(blueprint, ehrs)
    _add_token(blueprint, ehrs, proofs)
    _add_control(blueprint, ehrs, control_token)
    signin.add_pages(blueprint, ehrs)
    blueprint.after_request(lambda response: _with_cors(ehrs, response))
    return blueprint


def get_ehr(ehrs: Ehrs, base: str) -> Ehr:
    """The hospital at this address, or 404."""
    ehr = ehrs.get(base)
    if ehr is None:
        abort(404)
    return ehr


def _add_discovery(blueprint: Blueprint, ehrs: Ehrs) -> None:
    documents: dict[str, Callable[[Ehr], dict[str, Any]]] = {
        "fhir/.well-known/smart-configuration": smart_configuration,
        "fhir/.well-known/openid-configuration": openid_configuration,
        "auth/jwks.json": lambda ehr: ehr.keys.public(),
        "auth/style-v1.json": lambda _ehr: _STYLE,
    }
    for path, document in documents.items():
        # default arguments bind this turn's document, not the last one's
        def show(base: str, document: Callable[[Ehr], dict[str, Any]] = document) -> Response:
            return jsonify(document(get_ehr(ehrs, base)))

        blueprint.add_url_rule(f"/{path}", path.replace(".", "-"), show, strict_slashes=False)


def _add_token(blueprint: Blueprint, ehrs: Ehrs, proofs: Mapping[str, ClientAuth]) -> None:
    @blueprint.post("/auth/token")
    @_oauth
    def token(base: str) -> Response | tuple[Response, int]:
        ehr = get_ehr(ehrs, base)
        fault = _token_fault(ehr)
        if fault is not None:
            return fault
        form = _form()
        grants = {"authorization_code": tokens.exchange, "refresh_token": tokens.refresh}
        grant = grants.get(form.get("grant_type", ""))
        if grant is None:
            raise OAuthError("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
        return jsonify(grant(ehr, _client(ehr, proofs[base], form), form))

    @blueprint.post("/auth/revoke")
    @_oauth
    def revoke(base: str) -> Response:
        ehr, form = get_ehr(ehrs, base), _form()
        tokens.revoke(ehr, _client(ehr, proofs[base], form), form.get("token", ""))
        return jsonify({})

    @blueprint.post("/auth/introspect")
    @_oauth
    def introspect(base: str) -> Response:
        ehr, form = get_ehr(ehrs, base), _form()
        client = _client(ehr, proofs[base], form)
        if client.auth == "public":
            raise OAuthError("invalid_client", "introspection is for confidential clients", status=401)
        return jsonify(tokens.introspect(ehr, form.get("token", "")))


def _add_control(blueprint: Blueprint, ehrs: Ehrs, control_token: str) -> None:
    @blueprint.route("/auth/_control", methods=["GET", "POST"])
    def control(base: str) -> Response | tuple[Response, int]:
        ehr = get_ehr(ehrs, base)
        require_control(control_token)
        changes = request.get_json(silent=True) if request.method == "POST" else {}
        if not isinstance(changes, dict):
            return jsonify({"error": "send a JSON object of switches"}), 400
        try:
            return jsonify(asdict(turn(ehr.state, changes)))
        except BadSwitch as error:
            return jsonify({"error": str(error)}), 400


def require_control(control_token: str) -> None:
    """Let through who carries the control token as a bearer, else 401."""
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not control_token or not hmac.compare_digest(sent.encode(), control_token.encode()):
        abort(401)


def _oauth(view: Callable[..., Response | tuple[Response, int]]) -> Callable[..., Response]:
    """OAuth's JSON for errors, and no caching of anything."""

    @wraps(view)
    def answer(base: str) -> Response:
        try:
            result = view(base)
            response, status = result if isinstance(result, tuple) else (result, result.status_code)
        except OAuthError as error:
            response, status = jsonify({"error": error.code, "error_description": error.why}), error.status
            if status == 401 and "Authorization" in request.headers:
                response.headers["WWW-Authenticate"] = 'Basic realm="sandbox"'
        response.status_code = status
        response.headers["Cache-Control"] = "no-store"
        response.headers["Pragma"] = "no-cache"
        return response

    return answer


def _form() -> dict[str, str]:
    twice = [name for name, values in request.form.lists() if len(values) > 1]
    if twice:
        raise OAuthError("invalid_request", f"{twice[0]} is given more than once")
    return request.form.to_dict()


def _client(ehr: Ehr, proof: ClientAuth, form: Mapping[str, str]) -> Client:
    """The proven client. A public one may leave client_id out of a refresh: the token says whose it is."""
    authorization = request.headers.get("Authorization")
    anonymous = authorization is None and not {"client_id", "client_secret", "client_assertion"} & form.keys()
    if anonymous and form.get("grant_type") == "refresh_token":
        found = tokens.find_refresh(ehr, form.get("refresh_token", ""))
        body = ehr.state.find_grant(found.grant_id) or {}
        form = {**form, "client_id": str(body.get("client_id", ""))}
    return proof.require(authorization, form, ehr.now())


def _token_fault(ehr: Ehr) -> Response | tuple[Response, int] | None:
    """What the `token_endpoint` switch makes of a token request."""
    switches = ehr.switches
    match switches.token_endpoint:
        case "down":
            return Response("Service unavailable", 503, mimetype="text/plain")
        case "html":
            return Response("<!doctype html><title>Maintenance</title><p>Back soon.", 200, mimetype="text/html")
        case "refuses":
            raise OAuthError("invalid_grant", "refused by the switchboard")
        case "slow":
            time.sleep(switches.slow_seconds)
    return None


def _with_cors(ehrs: Ehrs, response: Response) -> Response:
    """Discovery is for every origin, the token endpoints for those of registered apps; never with credentials."""
    ehr, path = ehrs.get((request.view_args or {}).get("base", "")), request.path
    origin = request.headers.get("Origin")
    if ehr is None or origin is None:
        return response
    if ".well-known/" in path or path.endswith(".json"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    elif path.endswith(("/auth/token", "/auth/revoke", "/auth/introspect")):
        response.headers.add("Vary", "Origin")
        if origin in {origin_of(url) for client in ehr.clients.values() for url in client.redirect_uris}:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    return response

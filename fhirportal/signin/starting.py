"""Where signing in begins: the EHR's launch address, our own page, and the button on it.

It decides which hospital a launch is for and that nothing is fetched for an address a link has named (AB4). It must not know
the protocol's details or what comes after.
"""

import time

from flask import Blueprint, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from fhirportal import web
from fhirportal.accounts.assembly import ASSERTIONS
from fhirportal.accounts.launching import issuers_of
from fhirportal.errors import BadInput, NotAllowed
from fhirportal.settings import Hospital
from fhirportal.signin import beginning, framing
from fhirportal.signin.beginning import LAUNCH_SECONDS, begin_from_ehr
from fhirportal.signin.hospitals import get_hospital
from smart_launch.client.launch import accepted_issuer
from smart_launch.errors import UnknownIssuer

JWKS_SECONDS = 3600
LONGEST = 8192


def add_routes(blueprint: Blueprint) -> None:
    """/launch, /launch/<slug>, /signin/<slug>, its start and its public keys."""
    blueprint.add_url_rule("/launch", view_func=launch)
    blueprint.add_url_rule("/launch/<slug>", view_func=launch_at)
    blueprint.add_url_rule("/signin/<slug>", view_func=page)
    blueprint.add_url_rule("/signin/<slug>/start", view_func=start, methods=["POST"])
    blueprint.add_url_rule("/signin/<slug>/jwks.json", view_func=jwks)


def launch() -> ResponseReturnValue:
    """An EHR launch whose `iss` alone says which hospital (SMART App Launch 2.2, EHR launch)."""
    web.hide_address()
    web.limited("launch", web.peer(), beginning.PER_MINUTE)
    iss, _ = _launch_params()
    for hospital in web.services().settings.hospitals.values():
        try:
            accepted_issuer(iss, issuers_of(hospital))
        except UnknownIssuer:
            continue
        return _launch(hospital)
    raise UnknownIssuer("no hospital has this issuer")


def launch_at(slug: str) -> ResponseReturnValue:
    """An EHR launch at one hospital's own launch address: `iss` must be of exactly that hospital."""
    web.hide_address()
    web.limited("launch", web.peer(), beginning.PER_MINUTE)
    return _launch(get_hospital(slug))


def page(slug: str) -> ResponseReturnValue:
    """What somebody sees who is not signed in: one button, and what this is. Never in a frame."""
    hospital = get_hospital(slug)
    web.allow_form_redirects()
    session = web.current_session()
    charts = session.charts_at(slug) if session else ()
    return web.render(
        "signin/page.html",
        web.Around(with_form=True),
        hospital=hospital,
        came_back=not session and web.find_page(web.find_browser_secret()) is not None,
        open_charts="/c" if charts else "",
    )


def start(slug: str) -> ResponseReturnValue:
    """A standalone launch: to the hospital's own sign-in and back to the page that was wanted."""
    web.limited("start", web.peer(), 120)
    hospital = get_hospital(slug)
    if not hospital.standalone_launch:
        raise NotAllowed("standalone launch is off", code="standalone-off")
    browser = web.browser_secret()
    wanted = web.find_page(browser) or ""
    url = web.services().launching.begin(hospital, browser, time.monotonic() + LAUNCH_SECONDS, wanted=wanted)
    return redirect(url, 303)


def jwks(slug: str) -> Response:
    """Our public keys for this hospital's server (SMART App Launch 2.2, asymmetric authentication). Public, cacheable for
    less time than a new key is published before its first use."""
    hospital, keyring = get_hospital(slug), web.services().keyring
    if hospital.client.auth == "private_key_jwt":
        keyring.signing_key(ASSERTIONS, slug, hospital.client.signing_alg)
    response = jsonify({"keys": keyring.public_keys(ASSERTIONS, slug)})
    response.headers["Cache-Control"] = f"public, max-age={JWKS_SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _launch(hospital: Hospital) -> ResponseReturnValue:
    iss, launch_value = _launch_params()
    accepted_issuer(iss, issuers_of(hospital))
    if web.framed():
        return framing.check_cookies(hospital, iss, launch_value)
    return begin_from_ehr(hospital, iss, launch_value, embedded=False)


def _launch_params() -> tuple[str, str]:
    """`iss` and `launch`, each exactly once."""
    values = [request.args.getlist(name) for name in ("iss", "launch")]
    if any(len(value) != 1 or not 0 < len(value[0]) <= LONGEST for value in values):
        raise BadInput("iss and launch are needed, once each", code="bad-launch")
    return values[0][0], values[1][0]

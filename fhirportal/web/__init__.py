"""The door frame: what every door shares. Doors never import each other; they import this.

It decides how a request becomes a visit, a page, or a page about trouble. It must not know any page.

    visit_ = web.visit(handle)                      who looks at whose record; or the way to sign-in, or 404
    return web.render("results/list.html", web.Around(current="results"), page=page)
"""

from flask import Flask, request

from fhirportal.web.addresses import origin_of, parse_chart_page, parse_own_path, public_address
from fhirportal.web.asking import framed, number_request, peer, request_id, request_time
from fhirportal.web.cookies import (
    browser_secret,
    drop_session_cookie,
    find_browser_secret,
    read_look,
    send_browser_cookie,
    set_session_cookie,
)
from fhirportal.web.display import blueprint as _display
from fhirportal.web.failing import install_handlers
from fhirportal.web.guarding import form_token, limited, require_own_form, require_token, without_token
from fhirportal.web.heads import add_headers, allow_form_redirects, allow_frame, hide_address
from fhirportal.web.noting import forget_request, write_access_line
from fhirportal.web.persons import find_name, remember_name
from fhirportal.web.rendering import Around, render
from fhirportal.web.saying import say
from fhirportal.web.services import Services, keep, services
from fhirportal.web.visiting import (
    Elsewhere,
    Visit,
    chart_path,
    current_session,
    find_visit,
    see_other,
    terms,
    to_sign_in,
    visit,
)
from fhirportal.web.waiting import find_page, forget_page

MOST_BODY = 2 * 1024 * 1024
MOST_FORM = 512 * 1024

__all__ = [
    "Around", "Elsewhere", "Services", "Visit", "allow_form_redirects", "allow_frame", "browser_secret", "chart_path",
    "current_session", "drop_session_cookie", "find_browser_secret", "find_name", "find_page", "find_visit", "forget_page",
    "form_token", "framed", "hide_address", "install", "limited", "origin_of", "parse_chart_page", "parse_own_path", "peer",
    "public_address", "read_look", "remember_name", "render", "request_id", "request_time", "require_token", "say",
    "see_other", "services", "set_session_cookie", "terms", "to_sign_in", "visit", "without_token",
]  # fmt: skip


def install(app: Flask, services_: Services) -> None:
    """Make `app` answer as the portal does: call before any door is registered."""
    keep(app, services_)
    # werkzeug would redirect from //x and x/ with the Host header in the address (AB47)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    app.config.update(MAX_CONTENT_LENGTH=MOST_BODY, MAX_FORM_MEMORY_SIZE=MOST_FORM, MAX_FORM_PARTS=500)
    app.before_request(number_request)
    app.before_request(_guard)
    app.after_request(write_access_line)  # the first one named here is the last to see the answer
    app.teardown_request(forget_request)
    app.after_request(send_browser_cookie)
    app.after_request(add_headers)
    install_handlers(app)
    app.register_blueprint(_display)


def _guard() -> None:
    """Every POST is held against the session it claims to come from, before any view runs."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        current_session()
        require_own_form()

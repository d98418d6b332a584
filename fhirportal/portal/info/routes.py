"""The addresses of everything that needs no sign-in: information pages, a hospital's colours and mark, robots, security.txt.

It decides addresses and headers. It must not know what the pages say (layout.information) or who is asking.
"""

from datetime import timedelta

from flask import Blueprint, Response, g, redirect, send_file
from flask.typing import ResponseReturnValue

from fhirportal import web
from fhirportal.errors import NotFound
from fhirportal.layout.information import PAGES, get_page
from fhirportal.layout.jinja import HERE
from fhirportal.settings import Hospital
from fhirportal.web.looks import words_for

blueprint = Blueprint("info", __name__, template_folder="templates")

_ROBOTS = "User-agent: *\nDisallow: /\n"


@blueprint.get("/about/<slug>")
def about(slug: str) -> ResponseReturnValue:
    """The first page about a hospital's portal."""
    return redirect(f"/about/{_get_hospital(slug).slug}/about", 302)


@blueprint.get("/about/<slug>/<page>")
def show(slug: str, page: str) -> str:
    """One information page of one hospital, in the reader's language or the one it exists in."""
    hospital = _get_hospital(slug)
    info = get_page(hospital, page, words_for(hospital, web.current_session()))
    return web.render("info/page.html", web.Around(), info=info, names=PAGES, other_language=_is_other(info.language))


@blueprint.get("/about/<slug>/theme.css")
def theme(slug: str) -> Response:
    """The twelve tokens of a hospital that brings colours of its own."""
    return _own_file(_get_hospital(slug), "theme.css", "text/css")


@blueprint.get("/about/<slug>/logo.svg")
def logo(slug: str) -> Response:
    """A hospital's own mark. Shown by <img>, so nothing in it can run."""
    hospital = _get_hospital(slug)
    response = _own_file(hospital, hospital.branding.logo, "image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Nothing here is for search engines."""
    return Response(_ROBOTS, mimetype="text/plain")


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Browsers that ask without having read a page."""
    return send_file(HERE / "static" / "icons" / "favicon.svg", mimetype="image/svg+xml", max_age=86400)


@blueprint.get("/.well-known/security.txt")
def security_txt() -> Response:
    """RFC 9116: where to report a security problem, one Contact a hospital. NotFound where nobody is named."""
    settings, now = web.services().settings, web.services().clock()
    contacts = dict.fromkeys(uri for h in settings.hospitals.values() if (uri := _contact_uri(h)))
    if not contacts:
        raise NotFound("no security contact is set")
    expires = (now + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    languages = ", ".join(dict.fromkeys(tag for h in settings.hospitals.values() for tag in h.languages))
    lines = [
        *(f"Contact: {uri}" for uri in contacts),
        f"Expires: {expires}",
        f"Preferred-Languages: {languages}",
        f"Canonical: {web.public_address(settings, '/.well-known/security.txt')}",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def _contact_uri(hospital: Hospital) -> str:
    """A hospital's security contact as a URI (RFC 9116, 2.5.3); "" where none is set."""
    contact = hospital.contacts.security.strip()
    if contact.startswith(("https://", "mailto:", "tel:")) or not contact:
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else f"tel:{contact.replace(' ', '-')}"


def _is_other(language: str) -> bool:
    return bool(language != g.words.language)


def _own_file(hospital: Hospital, name: str, mimetype: str) -> Response:
    """A file beside the hospital's own pages; NotFound where it has none. `name` comes from settings, never from a request."""
    folder = hospital.branding.pages_dir
    if not folder or not name or not (path := folder / name).is_file():
        raise NotFound("the hospital brings no such file")
    return send_file(path.resolve(), mimetype=mimetype, max_age=3600)


def _get_hospital(slug: str) -> Hospital:
    hospital = web.services().find_hospital(slug)
    if hospital is None:
        raise NotFound("no such hospital")
    g.hospital = hospital
    return hospital

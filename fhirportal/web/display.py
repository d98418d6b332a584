"""The small form in every footer: language and colours, kept in a cookie, the session and the account.

It decides nothing but that only languages and themes we have are kept. It must not know the page it leads back to.
"""

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from fhirportal.errors import BadInput
from fhirportal.storage.accounts import set_look
from fhirportal.web.addresses import parse_own_path
from fhirportal.web.asking import peer
from fhirportal.web.cookies import read_look, set_look_cookie
from fhirportal.web.guarding import limited, without_token
from fhirportal.web.looks import offered_languages, parse_theme
from fhirportal.web.services import services
from fhirportal.web.visiting import current_session, see_other

blueprint = Blueprint("display", __name__)


@blueprint.post("/display", endpoint="choose")
@blueprint.post("/preferences", endpoint="preferences")
@without_token
def choose() -> Response:
    """Keep the choice, then back to the page it was made on. A look forged by another site harms nobody: no token asked."""
    limited("display", peer(), 60)
    locale, theme = _language(), _theme()
    session = current_session()
    if session:
        services().sessions.set_look(session, locale, theme)
        if session.account_id:
            set_look(services().engine, session.account_id, locale, theme)
    response = make_response(see_other(parse_own_path(request.form.get("back")) or "/"))
    before = read_look()
    set_look_cookie(response, before[0] if locale is None else locale, before[1] if theme is None else theme)
    return response


def _language() -> str | None:
    raw = request.form.get("language", request.form.get("locale"))
    if raw is None:
        return None
    if raw not in offered_languages(None, services().settings):
        raise BadInput("no such language", fields={"language": "unknown"})
    return raw


def _theme() -> str | None:
    raw = request.form.get("theme")
    if raw is None:
        return None
    theme = parse_theme("" if raw == "auto" else raw)
    if theme is None:
        raise BadInput("no such theme", fields={"theme": "unknown"})
    return theme

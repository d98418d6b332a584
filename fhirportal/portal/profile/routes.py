"""The address of the profile page. What the hospital does not answer is said; signing out works all the same.

It decides which page is drawn. It must not know FHIR or how the hospital is asked.
"""

from flask import Blueprint

from fhirportal import web
from fhirportal.errors import NotAllowed, NotFound, UpstreamError
from fhirportal.portal.profile import shares, shown
from fhirportal.records.found import Source
from fhirportal.records.profile import ProfilePage, get_profile
from fhirportal.web import Visit
from fhirportal.web.looks import offered_languages, theme_for

blueprint = Blueprint("profile", __name__, template_folder="templates")


@blueprint.get("/c/<handle>/profile")
def show(handle: str) -> str:
    """Who someone is to the hospital, how this site looks, what the sign-in shares, signing out."""
    visit = web.visit(handle)
    page, source = _read(visit)
    words = visit.words
    if page:
        born = page.view.born
        web.remember_name(visit, page.view.name, born.day if born and born.precision == "day" else None)
    return web.render(
        "profile/profile.html",
        web.Around(current="profile"),
        page=page,
        source=source,
        who=(*shown.show_names(page.view, words), *shown.show_facts(page.view, words)) if page else (),
        ways=shown.show_ways(page.view.telecoms, words) if page else (),
        languages=shown.show_languages(page.view, words) if page else (),
        contacts=[shown.show_contact(c, words) for c in page.view.contacts] if page else [],
        shared=shares.list_shared(visit.viewer.scopes, words),
        keeps_access=shares.keeps_access(visit.viewer.scopes),
        offered=offered_languages(visit.hospital, web.services().settings),
        theme=theme_for(visit.session),
        here=visit.path("profile"),
    )


def _read(visit: Visit) -> tuple[ProfilePage | None, Source]:
    try:
        return get_profile(visit.reader, visit.now, visit.words.zone), Source.OK
    except UpstreamError:
        return None, Source.DOWN
    except NotAllowed:
        return None, Source.NOT_SHARED
    except NotFound:
        return None, Source.NOT_OFFERED

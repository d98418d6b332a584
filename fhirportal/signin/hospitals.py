"""The hospital an address names. It decides that an unknown one is a page like any other that is not there."""

from flask import g

from fhirportal import web
from fhirportal.errors import NotFound
from fhirportal.settings import Hospital


def get_hospital(slug: str) -> Hospital:
    """The hospital with this slug; pages drawn from now on are its. Raises NotFound."""
    hospital = web.services().find_hospital(slug)
    if hospital is None:
        raise NotFound("no such hospital")
    g.hospital = hospital
    return hospital

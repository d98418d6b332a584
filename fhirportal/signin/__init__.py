"""The door of coming and going: launches, the hospital's sign-in and its answer, terms, sign-out, which record to open."""

from flask import Blueprint

from fhirportal.signin import arriving, framing, front, leaving, starting, terms

blueprint = Blueprint("signin", __name__, template_folder="templates")

for part in (front, starting, framing, arriving, terms, leaving):
    part.add_routes(blueprint)

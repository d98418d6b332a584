"""An EHR launch sent on to the hospital's authorization endpoint; the same step in a frame and outside. It decides nothing."""

import time

from flask import redirect
from werkzeug.wrappers import Response

from fhirportal import web
from fhirportal.settings import Hospital

LAUNCH_SECONDS = 8.0
PER_MINUTE = 600
"""Launches and answers from one address: a whole hospital may stand behind one. Nothing can be guessed here (a state has 256
bits); the limit is against floods."""


def begin_from_ehr(hospital: Hospital, iss: str, launch_value: str, *, embedded: bool) -> Response:
    """Send the browser to the hospital's authorization endpoint."""
    url = web.services().launching.begin(
        hospital, web.browser_secret(), time.monotonic() + LAUNCH_SECONDS,
        iss=iss, launch=launch_value, embedded=embedded,
    )  # fmt: skip
    return redirect(url, 302)

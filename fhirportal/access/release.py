"""When what the hospital returns may be shown to this viewer: one function for every door.

Default: every status the hospital returns, at once (blueprint: Release); the words for preliminary, corrected and withdrawn
are the pages' business. It must not know pages, counts or the database. What is hidden here leaves no trace anywhere.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fhirportal.access.viewer import Viewer

USER_TOKEN = "user-token"  # noqa: S105 - a kind of authority, not a secret


def release(resource: Mapping[str, Any], viewer: Viewer, now: datetime) -> bool:  # noqa: ARG001
    """Whether `viewer` may be shown `resource` at `now`.

    Under the person's own token the hospital has already applied its release and label rules. Under any other authority
    nothing is shown without a written release policy (AB44): there is none yet, so the answer is no. An ended viewer
    sees nothing.
    """
    return viewer.authority.kind == USER_TOKEN and now < viewer.expires_at

"""One GET that never fails: an answer, or why there is none.

It decides how an answer is looked at (JSON, HTML, empty). It must not know which questions are asked or what they mean.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from fhirportal.errors import PortalError, UpstreamError
from fhirportal.http import Door
from fhirportal.upstream.fanout import Fanout
from fhirportal.upstream.fhirjson import loads

Kind = Literal["json", "html", "empty", "other", "none"]
MOST_BYTES = 8 * 1024 * 1024
ORIGIN = "https://app.example.org"  # whose page could read the answer: any other site's
FHIR_JSON = "application/fhir+json, application/json;q=0.9"


@dataclass(frozen=True)
class Reply:
    """What one GET came to. `status` 0: there was no answer, and `trouble` is the code of the error."""

    url: str
    status: int = 0
    trouble: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: Kind = "none"
    json: Mapping[str, Any] | None = None
    elapsed: float = 0.0

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def resource(self, type_: str) -> Mapping[str, Any] | None:
        """The FHIR resource of that type it carries with status 200."""
        fits = self.status == 200 and self.json is not None and self.json.get("resourceType") == type_
        return self.json if fits else None


@dataclass(frozen=True)
class Asker:
    """`deadline` is a monotonic instant in seconds, for everything together; `width` questions are under way at once."""

    door: Door
    fanout: Fanout
    allow_private: bool
    deadline: float
    width: int = 12
    ca_file: Path | None = None  # the one the door trusts beside the system's, if any

    def get(self, url: str, accept: str = FHIR_JSON, deadline: float | None = None, **headers: str) -> Reply:
        """Never raises for what the server or the network does."""
        sent = {"Accept": accept, **{name.replace("_", "-"): value for name, value in headers.items()}}
        until = min(self.deadline, deadline or self.deadline)
        try:
            answer = self.door.send("GET", url, sent, None, until, MOST_BYTES, self.allow_private)
        except UpstreamError as problem:
            return Reply(url, trouble=problem.code)
        kind, value = _looked_at(answer.body)
        return Reply(url, answer.status, "", answer.headers, kind, value, answer.elapsed)

    def all(self, urls: Sequence[str], deadline: float, **headers: str) -> list[Reply]:
        """One Reply for each address, a few at a time, so that no rate limit is met; later ones may find no time left."""
        replies: list[Reply] = []
        for bunch in _bunches(urls, self.width):
            if time.monotonic() >= deadline:
                replies += [Reply(url, trouble="not-tried") for url in bunch]
                continue
            calls = [lambda url=url: self.get(url, deadline=deadline, **headers) for url in bunch]
            found = self.fanout.map_(calls, deadline)
            pairs = zip(bunch, found, strict=True)
            replies += [Reply(url, trouble=one.code) if isinstance(one, PortalError) else one for url, one in pairs]
        return replies


def _bunches(urls: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (urls[i : i + size] for i in range(0, len(urls), size))


def _looked_at(body: bytes) -> tuple[Kind, Mapping[str, Any] | None]:
    if not body.strip():
        return "empty", None
    try:
        return "json", loads(body)
    except UpstreamError:
        return ("html" if body.lstrip()[:1] == b"<" else "other"), None

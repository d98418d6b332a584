"""The door as the SMART protocol needs it: discovery, keys and token calls of one hospital.

It decides how much such an answer may weigh and how trouble is named to the protocol. It must not know what is asked.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from fhirportal.errors import UpstreamError
from fhirportal.http.door import Answer, Door
from smart_launch.errors import HttpFailure
from smart_launch.ports import HttpAnswer

MAX_BYTES = 8 * 1024 * 1024  # a CapabilityStatement of a large server weighs several


class ProtocolHttp:
    """`smart_launch.ports.Http` for one hospital; `allow_private` is that hospital's setting."""

    def __init__(self, door: Door, *, allow_private: bool) -> None:
        self._door, self._allow_private = door, allow_private

    def get(self, url: str, headers: Mapping[str, str], deadline: float) -> HttpAnswer:
        return self._send("GET", url, headers, None, deadline)

    def post_form(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], deadline: float) -> HttpAnswer:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", url, {**headers, **form}, urlencode(data).encode(), deadline)

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: float) -> HttpAnswer:
        try:
            answer: Answer = self._door.send(method, url, headers, body, deadline, MAX_BYTES, self._allow_private)
        except UpstreamError as problem:
            raise HttpFailure(problem.code) from problem
        return HttpAnswer(answer.status, answer.headers, answer.body)

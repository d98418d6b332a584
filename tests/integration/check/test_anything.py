"""Whatever documents a server publishes, the command has a report and no exception."""

import json
import time
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhirportal.access.rules import table
from fhirportal.cli import check_print
from fhirportal.cli.check_report import list_wanted, make_report
from fhirportal.errors import UpstreamTimeout
from fhirportal.http import Answer
from fhirportal.upstream.doctor import Asker, examine
from fhirportal.upstream.fanout import Fanout

NAMES = st.sampled_from(
    [
        "resourceType",
        "rest",
        "mode",
        "resource",
        "type",
        "interaction",
        "code",
        "searchParam",
        "name",
        "security",
        "service",
        "coding",
        "extension",
        "url",
        "valueUri",
        "fhirVersion",
        "software",
        "version",
        "implementation",
        "searchInclude",
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "keys",
        "capabilities",
        "scopes_supported",
        "grant_types_supported",
        "code_challenge_methods_supported",
        "entry",
        "link",
        "relation",
        "id",
    ]
)
WORDS = st.sampled_from(
    [
        "CapabilityStatement",
        "Bundle",
        "Patient",
        "Observation",
        "server",
        "search-type",
        "S256",
        "launch-ehr",
        "4.0.1",
        "self",
        "sso-openid-connect",
        "http://h/fhir",
        "http://h/token",
        "https://[",
        "patient/*.rs",
        "\x1b[2J",
    ]
) | st.sampled_from(["\ud800", "x" * 3000, "a b\r\nc"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=5),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=9)
STATEMENTS = DOCUMENTS.map(lambda d: {**d, "resourceType": "CapabilityStatement"}) | DOCUMENTS
CONFIGURATIONS = DOCUMENTS.map(
    lambda d: {"authorization_endpoint": "http://h/a", "token_endpoint": "http://h/t", "capabilities": ["launch-ehr"], **d}
)
STATUSES = st.sampled_from([200, 200, 200, 204, 302, 400, 401, 403, 404, 429, 500, 503])
FANOUT = Fanout(threads=16)


class Door:
    """Answers from two documents, and everything else from a third; or not at all."""

    def __init__(self, statement, configuration, rest, status):
        self._parts = {"/metadata": statement, "smart-configuration": configuration}
        self._rest, self._status = rest, status

    def send(self, method, url, headers, body, deadline, max_bytes=None, allow_private=False):
        assert method == "GET"
        found = next((d for end, d in self._parts.items() if url.endswith(end)), None)
        status = 200 if found is not None else self._status
        if status == 204:
            raise UpstreamTimeout("never")
        return Answer(status, {"content-type": "application/json"}, json.dumps(found or self._rest).encode(), 0.0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STATEMENTS, CONFIGURATIONS, DOCUMENTS, STATUSES)
def test_any_documents_become_a_report(statement, configuration, rest, status):
    door = Door(statement, configuration, rest, status)
    seen = examine(Asker(door, FANOUT, True, time.monotonic() + 5), "http://h/fhir", list_wanted(table()))
    report = make_report(seen, datetime.now(UTC))
    assert report.status in (0, 1, 2)
    text = check_print.to_text(report)
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "\x1b" not in text + check_print.to_markdown(report)
    text.encode()
    assert json.loads(check_print.to_json(report))["status"] == report.status

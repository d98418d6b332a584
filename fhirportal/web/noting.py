"""One log line for each answer: method, rule, status, time and size.

It decides that the rule that matched is told, never the address: addresses hold handles and ids. It must not know pages.
"""

from flask import Response, g, request

from fhirportal import logs
from fhirportal.web.asking import milliseconds

_NO_RULE = "/-"


def write_access_line(response: Response) -> Response:
    """For every answer, errors and static files included."""
    if "request_id" in g:
        rule = request.url_rule.rule if request.url_rule else _NO_RULE
        logs.log_access(request.method, rule, response.status_code, milliseconds(), response.content_length)
    return response


def forget_request(_problem: BaseException | None) -> None:
    """The thread goes on to others' requests, or to none."""
    logs.set_request_id("")

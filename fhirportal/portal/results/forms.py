"""The choice a reader makes among results, from the address of the page: untrusted words to a typed choice, or what is wrong.

It decides which filters exist. It must not know the record or pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from fhirportal.records.results_page import SHOWS, Show
from fhirportal.words import mark as N_

BAD_DAY = N_("Write a day like 2026-03-27")
WRONG_ORDER = N_("The first day must not be after the last day")


@dataclass(frozen=True)
class Chosen:
    """What to show; `errors` maps a field of the form to what is wrong with it (a message to translate)."""

    show: Show = "all"
    first: date | None = None
    last: date | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


class FilterForm(Schema):
    """?show=…&from=…&to=…: an unknown kind is everything, a day must be one."""

    class Meta:
        unknown = EXCLUDE

    show = fields.String(load_default="all", validate=validate.OneOf(SHOWS))
    first = fields.Date(data_key="from", load_default=None, error_messages={"invalid": BAD_DAY, "format": BAD_DAY})
    last = fields.Date(data_key="to", load_default=None, error_messages={"invalid": BAD_DAY, "format": BAD_DAY})


def parse_filters(args: Mapping[str, str]) -> Chosen:
    """The choice in a query string; what cannot be read is left out and named in `errors`."""
    sent = {name: value.strip() for name, value in args.items() if value.strip()}
    wrong: dict[str, str] = {}
    try:
        loaded = cast(dict[str, Any], FilterForm().load(sent))
    except ValidationError as problem:
        loaded = cast(dict[str, Any], problem.valid_data)
        wrong = {name: BAD_DAY for name in ("from", "to") if name in problem.messages_dict}
    first, last = loaded.get("first"), loaded.get("last")
    if first and last and first > last:
        first, wrong = None, {"from": WRONG_ORDER}
    return Chosen(cast(Show, loaded.get("show", "all")), first, last, wrong)

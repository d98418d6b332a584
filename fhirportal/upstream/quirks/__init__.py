"""How one vendor's servers differ: the seam, and the profiles by name. Vendor names appear in this folder only.

It decides what a profile can change. A profile must not know tokens, sockets or who asks; it never widens a question: whatever
comes back is checked against the original one by the access room.
"""

import re
from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from fhirportal.errors import PortalError
from fhirportal.upstream.ports import Ask

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


class Quirks(Protocol):
    """One vendor profile. `generic.Generic` is the behaviour the others start from."""

    @property
    def page_size(self) -> int:
        """`_count` where the question names none."""
        ...

    @property
    def keeps_cookies(self) -> bool:
        """Whether the pages of one search must carry the cookies of the first."""
        ...

    def asks(self, ask: Ask) -> tuple[Ask, ...]:
        """The question as this server takes it: one, or several whose answers together are the answer."""
        ...

    def next_url(self, url: str, base: str) -> str:
        """A `next` link as it must be asked; the origin is checked after this."""
        ...

    def incomplete(self, issue: Mapping[str, Any]) -> bool:
        """Whether this OperationOutcome.issue inside a searchset says that something was left out."""
        ...

    def trouble(self, ask: Ask, status: int, outcome: Mapping[str, Any] | None) -> PortalError | None:
        """What a status other than 2xx means here, None where it means what FHIR says."""
        ...


def names() -> tuple[str, ...]:
    """The profiles there are."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def by_name(vendor: str) -> Quirks:
    """The profile of that name. Raises ValueError: a setting that names another one must stop the start."""
    name = vendor.replace("-", "_")
    if not _NAME.fullmatch(name) or name not in names():
        raise ValueError(f"there is no vendor profile of this name; there are: {', '.join(names())}")
    profile: Quirks = import_module(f"{__name__}.{name}").PROFILE
    return profile

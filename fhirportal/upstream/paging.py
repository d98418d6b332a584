"""From searchset pages to one answer: what matched, what came along, and whether something is missing.

It decides how entries are told apart (search.mode, or the type where the server sends none), when the hospital or we ourselves
left something out, and when following `next` ends. It must not know who asks or whether they may see it.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fhirportal.errors import PortalError, UpstreamError
from fhirportal.upstream.addresses import within
from fhirportal.upstream.ports import Resource
from fhirportal.upstream.quirks import Quirks

MAX_PAGES = 50
MAX_INCLUDED = 2000


@dataclass(frozen=True)
class Page:
    """A search's answer. `partial`: the hospital said, or we saw, that more exists than is here."""

    resources: tuple[Resource, ...]
    included: tuple[Resource, ...]
    partial: bool


@dataclass
class Gathering:
    """What has come so far, each resource once, however pages overlap."""

    type: str
    limit: int
    quirks: Quirks
    partial: bool = False
    _matched: dict[object, Resource] = field(default_factory=dict)
    _included: dict[object, Resource] = field(default_factory=dict)
    _counted: int = 0

    def add(self, bundle: Mapping[str, Any]) -> None:
        """Takes one page in. Raises UpstreamError (code "upstream-not-fhir") for what is no Bundle."""
        if bundle.get("resourceType") != "Bundle":
            raise UpstreamError("not a Bundle", code="upstream-not-fhir")
        for entry in entries(bundle):
            self._take(entry)
        total = bundle.get("total")
        if next_link(bundle) is None and isinstance(total, int) and total > self._counted:
            self.partial = True

    @property
    def full(self) -> bool:
        return len(self._matched) >= self.limit

    def page(self) -> Page:
        matched = tuple(self._matched.values())
        return Page(matched[: self.limit], tuple(self._included.values()), self.partial or len(matched) > self.limit)

    def _take(self, entry: Mapping[str, Any]) -> None:
        resource = entry.get("resource")
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            return
        if resource["resourceType"] == "OperationOutcome":
            self.partial = self.partial or self._incomplete(resource)
        elif resource["resourceType"] == self.type and _mode(entry) != "include":
            self._counted += 1
            self._matched.setdefault(_identity(resource), resource)
        elif len(self._included) < MAX_INCLUDED:
            self._included.setdefault(_identity(resource), resource)
        else:
            self.partial = True

    def _incomplete(self, outcome: Resource) -> bool:
        issues = outcome.get("issue")
        found = [issue for issue in issues if isinstance(issue, Mapping)] if isinstance(issues, list) else []
        return any(self.quirks.incomplete(issue) for issue in found)


def follow(into: Gathering, base: str, first: str, get: Callable[[str], Mapping[str, Any]], deadline: float) -> None:
    """Asks `first` and its `next` pages, as long as there are any, within every bound. Only the first page's trouble is raised.

    `next` links are opaque and asked as they stand, but only on the hospital's own FHIR base.
    """
    url: str | None = first
    asked: set[str] = set()
    while url is not None:
        asked.add(url)
        try:
            bundle = get(url)
            into.add(bundle)
        except PortalError:
            if len(asked) == 1:
                raise
            into.partial = True
            return
        url = _next(into, base, url, bundle, asked, deadline)


def entries(bundle: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The entries that are objects."""
    listed = bundle.get("entry")
    return (entry for entry in listed if isinstance(entry, Mapping)) if isinstance(listed, list) else iter(())


def next_link(bundle: Mapping[str, Any]) -> str | None:
    """The `next` link as it stands."""
    links = bundle.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, Mapping) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return None


def _next(into: Gathering, base: str, current: str, bundle: Mapping[str, Any], asked: set[str], deadline: float) -> str | None:
    link = next_link(bundle)
    if link is None:
        return None
    url = within(base, into.quirks.next_url(link, base), current)
    if url is None or url in asked or into.full or len(asked) >= MAX_PAGES or time.monotonic() >= deadline:
        into.partial = True
        return None
    return url


def _mode(entry: Mapping[str, Any]) -> object:
    search = entry.get("search")
    return search.get("mode") if isinstance(search, Mapping) else None


def _identity(resource: Resource) -> object:
    id_ = resource.get("id")
    return (resource["resourceType"], id_) if isinstance(id_, str) else id(resource)

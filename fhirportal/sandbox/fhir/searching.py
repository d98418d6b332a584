"""One search from its parameters to its Bundle: matches, what the caller may see of them, includes, pages.

It decides pages and counts. A count is made after the caller's rights, never before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import quote, urlencode

from fhirportal.sandbox.fhir import answers, pages
from fhirportal.sandbox.fhir.index import localised
from fhirportal.sandbox.fhir.outcome import BadRequest, Gone, Missing
from fhirportal.sandbox.fhir.parameters import find_parameter
from fhirportal.sandbox.fhir.policy import Forbidden, Grant, OpenGrant
from fhirportal.sandbox.fhir.query import matching_ids, parse_search
from fhirportal.sandbox.fhir.store import Store, Stored

COUNT, MOST, MOST_INCLUDES = 50, 500, 20
SHAPING = ("_count", "_summary", "_elements", "_total", "_include")
SILENT = ("_format", "_pretty")
Params = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class View:
    """What the caller sees of one search: the ids that match and how they are to be shown. `total`: none, accurate or
    unasked; `known_total` once it was counted."""

    type: str
    ids: list[str]
    applied: list[tuple[str, str]]
    count: int
    summary: str
    elements: list[str]
    total: str
    include: list[str]
    known_total: int | None = None

    @property
    def only_count(self) -> bool:
        """`_count=0` asks for the same as `_summary=count` (R4 3.1.1.5.4)."""
        return self.summary == "count" or self.count == 0


def search(store: Store, grant: Grant, type_: str, params: Params, *, strict: bool) -> str:
    """A searchset Bundle as JSON text. Raises BadRequest."""
    view, unknown = _parse_view(store, type_, params)
    if strict and unknown:
        raise BadRequest(f"unknown search parameter: {', '.join(sorted(set(unknown)))[:200]}")
    return _page(store, grant, view, 0, None)


def next_page(store: Store, grant: Grant, token: str) -> str:
    """The page behind a `next` link, as far as this caller may see it. Raises Gone, Forbidden."""
    key, offset, body = pages.get_page(store, token)
    if not grant.may("search-type", body["type"]):
        raise Forbidden(f"no scope to search {body['type']}")
    applied = [(name, value) for name, value in body["applied"]]
    return _page(store, grant, View(**{**body, "applied": applied}), offset, key)


def _parse_view(store: Store, type_: str, params: Params) -> tuple[View, list[str]]:
    """The search as asked for, and the names of the parameters nobody knows. Raises BadRequest."""
    shaping = {name: value for name, value in params if name in SHAPING and value}
    found = parse_search(type_, [(n, v) for n, v in params if n not in (*SHAPING, *SILENT)], store.base)
    include = [_parse_include(type_, v) for n, v in params if n == "_include" and v]
    if len(include) > MOST_INCLUDES:
        raise BadRequest(f"more than {MOST_INCLUDES} times _include")
    count = _parse_count(shaping.get("_count"))
    applied = found.applied + [(n, str(count) if n == "_count" else v) for n, v in params if n in SHAPING and v]
    view = View(
        type=type_,
        ids=matching_ids(store, found),
        applied=applied,
        count=count,
        summary=answers.parse_summary(shaping),
        elements=answers.parse_elements(shaping),
        total=_parse_total(shaping.get("_total", "")),
        include=include,
    )
    return view, found.unknown


def _parse_count(text: str | None) -> int:
    if text is None:
        return COUNT
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise BadRequest("_count takes a whole number")
    return min(int(text), MOST)


def _parse_total(text: str) -> str:
    if text not in ("", "none", "estimate", "accurate"):
        raise BadRequest("_total takes none, estimate or accurate")
    return "accurate" if text == "estimate" else text


def _parse_include(type_: str, value: str) -> str:
    source, _, rest = value.partition(":")
    name = rest.partition(":")[0]
    parameter = find_parameter(source, name)
    if source != type_ or parameter is None or parameter.kind != "reference":
        raise BadRequest(f"cannot include {value[:80]!r}")
    return value


def _page(store: Store, grant: Grant, view: View, offset: int, key: str | None) -> str:
    """The page from `offset` on; `key` names the search where it is kept already."""
    seen, used, visible = _gathered(store, grant, view, offset)
    more = visible is None or visible > len(seen)
    if not offset and (view.only_count or view.total != "none"):
        view = replace(view, known_total=visible)
    links = [("self", _self_link(store, view))]
    if more and not view.only_count:
        key = key or pages.keep_search(store, asdict(view))
        links.append(("next", f"{store.base}?_page={pages.keep_page(store, key, used)}"))
    return answers.searchset(links, _entries(store, grant, view, seen), view.known_total)


def _gathered(store: Store, grant: Grant, view: View, offset: int) -> tuple[list[Stored], int, int | None]:
    """(this page's matches, where the next page begins, how many are visible from `offset` on: None where unasked)."""
    wanted = 0 if view.only_count else view.count
    to_the_end = not offset and (view.only_count or view.total == "accurate")
    seen: list[Stored] = []
    used, visible = offset, 0
    for position in range(offset, len(view.ids)):
        if len(seen) == wanted and isinstance(grant, OpenGrant):
            return seen, used, len(view.ids) - offset  # nothing is hidden: no need to look
        stored = _find_visible(store, grant, view.type, view.ids[position])
        if stored is None:
            continue
        visible += 1
        if len(seen) < wanted:
            seen.append(stored)
            used = position + 1
        elif not to_the_end:
            return seen, used, None
    return seen, used, visible


def _find_visible(store: Store, grant: Grant, type_: str, id_: str) -> Stored | None:
    try:
        stored = store.read(type_, id_)
    except (Missing, Gone):
        return None  # deleted since the search began
    return stored if isinstance(grant, OpenGrant) or grant.sees(stored.resource) else None


def _self_link(store: Store, view: View) -> str:
    query = urlencode(view.applied, quote_via=quote)
    return f"{store.base}/{view.type}" + (f"?{query}" if query else "")


def _entries(store: Store, grant: Grant, view: View, seen: Sequence[Stored]) -> list[str]:
    def shaped(stored: Stored) -> str:
        return answers.shaped(stored, view.summary, view.elements)

    matches = [answers.entry(store.base, s, "match", shaped(s)) for s in seen]
    return matches + [answers.entry(store.base, s, "include", s.text) for s in _included(store, grant, view, seen)]


def _included(store: Store, grant: Grant, view: View, seen: Sequence[Stored]) -> Iterator[Stored]:
    """What the matches on this page point to, each once; only what the caller may see, of types they may read."""
    done = {(s.type, s.id) for s in seen}
    for include in view.include:
        _, name, *target = include.split(":")
        for stored in seen:
            for kind, id_ in _pointed(store, stored, name):
                if (kind, id_) in done or (target and kind != target[0]) or not grant.may("read", kind):
                    continue
                done.add((kind, id_))
                if (found := _find_visible(store, grant, kind, id_)) is not None:
                    yield found


def _pointed(store: Store, stored: Stored, name: str) -> list[tuple[str, str]]:
    with store.connection() as connection:
        sql = "SELECT v FROM idx WHERE type=? AND id=? AND p=?"
        rows = connection.execute(sql, (stored.type, stored.id, name)).fetchall()
    pairs = (tuple(localised(v, store.base).split("/")) for (v,) in rows)
    return [(p[0], p[1]) for p in pairs if len(p) == 2]

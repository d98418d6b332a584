"""One search from its parameters to its Bundle: matches, what the caller may see of them, includes, pages.

It decides pages and counts. A count is made after the caller's rights, never before. `next` links hold a random word and
nothing else; what it stands for is kept here for an hour.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fhirportal.sandbox.fhir import answers
from fhirportal.sandbox.fhir.index import localised
from fhirportal.sandbox.fhir.outcome import BadRequest, FhirProblem, Gone
from fhirportal.sandbox.fhir.parameters import find_parameter
from fhirportal.sandbox.fhir.policy import Grant
from fhirportal.sandbox.fhir.query import matching_ids, parse_search
from fhirportal.sandbox.fhir.store import Store, Stored

COUNT, MOST = 50, 500
PAGE_SECONDS = 3600
SHAPING = ("_count", "_summary", "_elements", "_total", "_include", "_format", "_pretty")
Params = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class View:
    """What the caller sees of one search: the ids that match and how they are to be shown."""

    type: str
    ids: list[str]
    applied: list[tuple[str, str]]
    count: int
    summary: str
    elements: tuple[str, ...]
    total: bool
    include: tuple[str, ...]
    offset: int = 0


def search(store: Store, grant: Grant, type_: str, params: Params, *, strict: bool) -> str:
    """A searchset Bundle as JSON text. Raises BadRequest."""
    shaping = {name: value for name, value in params if name in SHAPING}
    found = parse_search(type_, [(n, v) for n, v in params if n not in SHAPING], store.base)
    if strict and found.unknown:
        raise BadRequest(f"unknown search parameter: {', '.join(sorted(set(found.unknown)))}")
    applied = found.applied + [(n, v) for n, v in params if n in ("_count", "_summary", "_elements", "_include", "_total")]
    view = View(
        type=type_,
        ids=matching_ids(store, found),
        applied=applied,
        count=_parse_count(shaping.get("_count")),
        summary=answers.parse_summary(shaping),
        elements=tuple(filter(None, shaping.get("_elements", "").split(","))),
        total=_parse_total(shaping.get("_total", "")),
        include=tuple(_parse_include(type_, v) for n, v in params if n == "_include"),
    )
    return _page(store, grant, view)


def next_page(store: Store, grant: Grant, token: str) -> str:
    """The page behind a `next` link. Raises Gone."""
    with store.connection() as connection:
        row = connection.execute("SELECT body FROM page WHERE token=? AND expires>?", (token, time.time())).fetchone()
    if row is None:
        raise Gone("this page is no longer kept; please search again")
    body = json.loads(row[0])
    applied = [(name, value) for name, value in body["applied"]]
    known = {"applied": applied, "elements": tuple(body["elements"]), "include": tuple(body["include"])}
    return _page(store, grant, View(**{**body, **known}))


def _parse_count(text: str | None) -> int:
    if text is None:
        return COUNT
    if not text.isdigit() or len(text) > 9:
        raise BadRequest("_count takes a whole number")
    return min(int(text), MOST)


def _parse_total(text: str) -> bool:
    if text not in ("", "none", "estimate", "accurate"):
        raise BadRequest("_total takes none, estimate or accurate")
    return text in ("estimate", "accurate")


def _parse_include(type_: str, value: str) -> str:
    source, _, rest = value.partition(":")
    name = rest.partition(":")[0]
    parameter = find_parameter(source, name)
    if source != type_ or parameter is None or parameter.kind != "reference":
        raise BadRequest(f"cannot include {value!r}")
    return value


def _page(store: Store, grant: Grant, view: View) -> str:
    seen: list[Stored] = []
    used, more = 0, False
    wants_all = view.total or view.summary == "count"
    visible = 0
    for stored in _readable(store, grant, view):
        visible += 1
        if len(seen) < view.count and view.summary != "count":
            seen.append(stored)
            used = view.ids.index(stored.id, used + view.offset) - view.offset + 1
        else:
            more = True
            if not wants_all:
                break
    # without going on to the end, the number is only known where this was the last page
    total = None if (more and not wants_all) or view.offset else visible
    entries = [answers.entry(store.base, s, "match", answers.shaped(s, view.summary, view.elements)) for s in seen]
    entries += [answers.entry(store.base, s, "include", s.text) for s in _included(store, grant, view, seen)]
    links = [("self", f"{store.base}/{view.type}" + (f"?{urlencode(view.applied, quote_via=quote)}" if view.applied else ""))]
    if more and view.count and view.summary != "count":
        links.append(("next", f"{store.base}?_page={_keep_page(store, view, view.offset + used)}"))
    return answers.searchset(links, entries, total)


def _readable(store: Store, grant: Grant, view: View) -> Iterator[Stored]:
    for id_ in view.ids[view.offset :]:
        try:
            stored = store.read(view.type, id_)
        except FhirProblem:
            continue  # deleted since the search began
        if grant.sees(stored.resource):
            yield stored


def _keep_page(store: Store, view: View, offset: int) -> str:
    token = secrets.token_urlsafe(24)
    now = time.time()
    with store.transaction() as connection:
        connection.execute("DELETE FROM page WHERE expires<?", (now,))
        body = json.dumps({**view.__dict__, "offset": offset})
        connection.execute("INSERT INTO page VALUES (?,?,?)", (token, body, now + PAGE_SECONDS))
    return token


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
                found = store.find(kind, id_)
                if found is not None and grant.sees(found):
                    yield store.read(kind, id_)


def _pointed(store: Store, stored: Stored, name: str) -> list[tuple[str, str]]:
    with store.connection() as connection:
        sql = "SELECT v FROM idx WHERE type=? AND id=? AND p=?"
        rows = connection.execute(sql, (stored.type, stored.id, name)).fetchall()
    pairs = (tuple(localised(v, store.base).split("/")) for (v,) in rows)
    return [(p[0], p[1]) for p in pairs if len(p) == 2]

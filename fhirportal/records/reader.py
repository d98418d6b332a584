"""Reading one patient's record: decide, ask the hospital, check every resource that came, write the audit row.

It decides that order and how trouble is named (`Source`). It must not know pages, HTTP or the database: what it needs comes
as ports. Every resource a page ever sees has passed through here.
"""

import base64
import binascii
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from fhirportal.access.policy import Decision, Interaction, decide
from fhirportal.access.release import release
from fhirportal.access.viewer import Authority, Viewer
from fhirportal.audit import AuditRow
from fhirportal.errors import NotAllowed, NotFound, PortalError, UpstreamError
from fhirportal.records.found import Found, Query, Source

log = logging.getLogger(__name__)
Resource = Mapping[str, Any]
T = TypeVar("T")


class Page(Protocol):
    """A search's answer: matches, what came along, and whether the hospital said or we saw that there is more."""

    @property
    def resources(self) -> Sequence[Resource]: ...
    @property
    def included(self) -> Sequence[Resource]: ...
    @property
    def partial(self) -> bool: ...


class Gateway(Protocol):
    """What the reader needs of one hospital's upstream gateway."""

    def fetch_resource(self, ask: Any, authority: Authority, deadline: float, request_id: str) -> Resource: ...
    def fetch_binary(self, url: str, authority: Authority, deadline: float, request_id: str) -> tuple[str, bytes]: ...
    def search(self, ask: Any, authority: Authority, deadline: float, request_id: str, limit: int) -> Page: ...
    def offers(self, type_: str, interaction: str) -> bool: ...
    def map_(self, calls: Sequence[Callable[[], T]], deadline: float) -> Sequence[T | PortalError]: ...


class AuditLog(Protocol):
    def write(self, rows: Sequence[AuditRow]) -> None: ...


@dataclass(frozen=True)
class File:
    """An attachment's bytes and what the hospital says they are."""

    content_type: str
    data: bytes


@dataclass(frozen=True)
class Reader:
    """Bound to one viewer and one request. `now` is aware UTC; `deadline` is monotonic seconds."""

    viewer: Viewer
    gateway: Gateway
    audit: AuditLog
    now: datetime
    deadline: float
    request_id: str

    def read(self, type_: str, id_: str) -> Resource:
        """One resource that is this patient's. Raises NotFound (absent, or not theirs), NotAllowed, UpstreamError."""
        outcome = "error"
        try:
            decision = decide(self.viewer, Interaction("read", type_, id_))
            answer = self.gateway.fetch_resource(decision, self.viewer.authority, self.deadline, self.request_id)
            seen = decision.check(answer, self.now)
            outcome = "ok" if seen is not None else "withheld"
        except PortalError as problem:
            outcome = problem.code
            raise
        finally:
            self.audit.write([self._row("read", type_, id_, (), outcome)])
        if seen is None:
            self._note_foreign(type_, 1)
            raise NotFound("not this patient's")
        return seen

    def search(self, query: Query) -> Found:
        """Never raises for the hospital's troubles: they are named in `Found.source`."""
        return self.gather(query)[0]

    def gather(self, *queries: Query) -> list[Found]:
        """Several searches at once, in the order given; one audit write for all."""
        answers = self.gateway.map_([lambda q=q: self._search(q) for q in queries], self.deadline)  # type: ignore[misc]
        found = [self._or_trouble(q, a) for q, a in zip(queries, answers, strict=True)]
        rows = [self._row("search", q.type, None, q.params, _outcome(f)) for q, f in zip(queries, found, strict=True)]
        self.audit.write(rows)
        return [_believed(f) for f in found]

    def attachment(self, attachment: Resource, owner: Resource) -> File:
        """The bytes of an attachment of `owner`, which this reader has returned. Raises NotFound, UpstreamError.

        Inline data, or a Binary on the hospital's own FHIR base; no other address is ever fetched (SSRF).
        """
        type_, id_ = str(owner.get("resourceType")), str(owner.get("id"))
        outcome = "error"
        try:
            file = self._attachment(attachment)
            outcome = "ok"
        except PortalError as problem:
            outcome = problem.code
            raise
        finally:
            self.audit.write([self._row("attachment", type_, id_, (), outcome)])
        return file

    def _attachment(self, attachment: Resource) -> File:
        content_type = str(attachment.get("contentType") or "application/octet-stream")
        if isinstance(inline := attachment.get("data"), str):
            try:
                return File(content_type, base64.b64decode(inline, validate=False))
            except (binascii.Error, ValueError) as problem:
                raise UpstreamError("an attachment's data is not base64") from problem
        if not isinstance(url := attachment.get("url"), str):
            raise NotFound("an attachment without data or address")
        sent_type, data = self.gateway.fetch_binary(url, self.viewer.authority, self.deadline, self.request_id)
        return File(content_type if attachment.get("contentType") else sent_type, data)

    def _search(self, query: Query) -> Found:
        decision = decide(self.viewer, Interaction("search", query.type, params=query.params))
        if not self.gateway.offers(query.type, "search-type"):
            return self._nothing(query, Source.NOT_OFFERED)
        page = self.gateway.search(decision, self.viewer.authority, self.deadline, self.request_id, query.limit)
        return self._checked(query, decision, page)

    def _checked(self, query: Query, decision: Decision, page: Page) -> Found:
        own = [seen for r in page.resources if (seen := decision.owned(r)) is not None]
        along = [seen for r in page.included if (seen := decision.check_included(r, self.now)) is not None]
        # what release hides leaves no trace, so it is not counted here; what is somebody else's is the hospital's fault
        if foreign := len(page.resources) - len(own):
            self._note_foreign(query.type, foreign)
        source = Source.PARTIAL if page.partial or foreign else Source.OK
        kept = [r for r in own if release(r, self.viewer, self.now)]
        return Found(query.type, source, tuple(kept), _by_reference(along), self.now)

    def _or_trouble(self, query: Query, answer: Found | PortalError) -> Found | PortalError:
        """What the hospital's troubles mean for a page; other troubles are kept, to be raised once they are written down."""
        if isinstance(answer, Found):
            return answer
        if isinstance(answer, UpstreamError):
            return self._nothing(query, Source.DOWN)
        if isinstance(answer, NotAllowed):
            return self._nothing(query, Source.NOT_SHARED)
        if isinstance(answer, NotFound):
            return self._nothing(query, Source.NOT_OFFERED)
        return answer

    def _note_foreign(self, type_: str, count: int) -> None:
        told = {"event": "foreign-resources", "hospital": self.viewer.hospital, "type": type_, "count": count}
        log.warning("the hospital answered with resources that are not the viewer's", extra=told)

    def _nothing(self, query: Query, source: Source) -> Found:
        return Found(query.type, source, (), {}, self.now)

    def _row(self, action: str, type_: str, id_: str | None, params: Iterable[tuple[str, str]], outcome: str) -> AuditRow:
        viewer = self.viewer
        return AuditRow(
            at=self.now,
            hospital=viewer.hospital,
            actor=viewer.actor,
            account_id=viewer.account_id,
            session_id=viewer.session_id,
            kind=viewer.kind.value,
            patient=viewer.patient,
            action=action,
            type=type_,
            id=id_,
            params=tuple(params),
            outcome=outcome,
            app="portal",
            request_id=self.request_id,
        )


def _outcome(found: Found | PortalError) -> str:
    return found.source.value if isinstance(found, Found) else found.code


def _believed(found: Found | PortalError) -> Found:
    if isinstance(found, PortalError):
        raise found
    return found


def _by_reference(resources: Iterable[Resource]) -> dict[str, Resource]:
    return {f"{r.get('resourceType')}/{r.get('id')}": r for r in resources}

"""Entering: from what a launch brought back to one account, one session and one chart.

It decides the order: keep the tokens, find out who it is, write it down, open the door; and that whatever was kept is gone
again where the answer is no. It must not know cookies, pages, or the protocol that came before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Engine

from fhirportal.access.viewer import Authority, Kind, Origin
from fhirportal.accounts import who
from fhirportal.accounts.leaving import Leaving
from fhirportal.accounts.session import Chart, LaunchContext, Living, Person, Session
from fhirportal.accounts.sessions import Opened, Sessions, new_handle
from fhirportal.audit import AuditRow
from fhirportal.errors import NotAllowed, NotFound
from fhirportal.settings import Hospital
from fhirportal.storage.accounts import Account, ChartLink, enter_account
from fhirportal.storage.tokens import StoredTokens, TokenStore, new_token_id
from smart_launch.client.callback import Launched
from smart_launch.client.id_token import FhirUser

USER_TOKEN = "user-token"  # noqa: S105


class Server(Protocol):
    """What entering needs of the hospital's gateway: one resource by id, with a given right."""

    def fetch_resource(self, ask: Any, authority: Authority, deadline: float, request_id: str) -> Mapping[str, Any]: ...


class AuditLog(Protocol):
    def write(self, rows: list[AuditRow]) -> None: ...


@dataclass(frozen=True)
class OneResource:
    """The only question asked before there is a viewer: the person's own Person or RelatedPerson resource, by id."""

    type: str
    id: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A launch that came through at `hospital`. `look` is what the browser chose before (locale, theme)."""

    hospital: Hospital
    launched: Launched
    origin: Origin
    embedded: bool
    request_id: str
    deadline: float
    look: Living


@dataclass(frozen=True)
class Entered:
    """The session's new cookie value, the session, and the chart that was opened. A preview or unknown has no account."""

    secret: str
    session: Session
    chart: Chart
    account: Account | None


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """Everything entering works with."""

    engine: Engine
    sessions: Sessions
    tokens: TokenStore
    leaving: Leaving
    audit: AuditLog
    server_for: Callable[[str], Server]
    clock: Callable[[], datetime]

    def enter(self, arrival: Arrival, old: Session | None) -> Entered:
        """Open the chart of the launch, in a new session or added to this same person's old one; somebody else's old session
        ends. Raises NotAllowed with the refusal's code, UpstreamError (the person could not be looked up), Unavailable."""
        chart = self._chart(arrival, self._keep_tokens(arrival))
        try:
            return self._enter(arrival, chart, old)
        except Exception:
            self.leaving.let_go([chart], revoke=True)
            raise

    def _enter(self, arrival: Arrival, chart: Chart, old: Session | None) -> Entered:
        found = who.decide_who(*self._facts(arrival, chart), arrival.hospital)
        if found.kind is None:
            self._note(arrival, chart, "", None, found.actor, "refused", found.refused)
            raise NotAllowed(f"launch refused: {found.refused}", code=found.refused)
        chart = replace(chart, kind=found.kind, actor=found.actor)
        person = _person(arrival, found.kind)
        account = self._account(chart, person) if person and not _without_account(found.kind) else None
        opened = self._open(arrival, chart, account, person, old)
        try:
            account_id = account.id if account else None
            self._note(arrival, chart, opened.session.id, account_id, found.actor, "ok", "")
        except Exception:
            self.leaving.let_go(self.sessions.end(opened.session), revoke=False)
            raise
        self.leaving.let_go(opened.let_go, revoke=False)
        return Entered(opened.secret, opened.session, _standing(opened.session, chart), account)

    def _keep_tokens(self, arrival: Arrival) -> StoredTokens:
        granted = arrival.launched.tokens
        stored = StoredTokens(
            id=new_token_id(),
            hospital=arrival.hospital.slug,
            access_token=granted.access_token,
            refresh_token=granted.refresh_token,
            expires_at=granted.expires_at,
            scopes=frozenset(granted.scope.split()),
        )
        self.tokens.put(stored, keep_until=self.sessions.chart_end())
        return stored

    def _chart(self, arrival: Arrival, stored: StoredTokens) -> Chart:
        context = arrival.launched.context
        return Chart(
            handle=new_handle(),
            hospital=arrival.hospital.slug,
            patient=context.patient or "",
            kind=Kind.UNKNOWN,
            origin=arrival.origin,
            actor="",
            authority=Authority(USER_TOKEN, stored.id),
            scopes=stored.scopes,
            expires_at=self.sessions.chart_end(),
            context=LaunchContext(
                encounter=context.encounter,
                need_patient_banner=context.need_patient_banner is not False,
                smart_style_url=context.smart_style_url,
                intent=context.intent,
            ),
            embedded=arrival.embedded,
        )

    def _facts(self, arrival: Arrival, chart: Chart) -> tuple[str | None, FhirUser | None, who.Vouched]:
        identity = arrival.launched.identity
        user = identity.fhir_user if identity else None
        patient = arrival.launched.context.patient
        if not patient or user is None or not who.needs_vouching(user):
            return patient, user, who.UNREAD
        return patient, user, self._vouch(arrival, chart, user)

    def _vouch(self, arrival: Arrival, chart: Chart, user: FhirUser) -> who.Vouched:
        """Ask the hospital, with this launch's own token, about the person's own resource. It says no: not readable."""
        server, ask = self.server_for(arrival.hospital.slug), OneResource(user.type, user.id)
        try:
            resource = server.fetch_resource(ask, chart.authority, arrival.deadline, arrival.request_id)
        except (NotFound, NotAllowed):
            return who.UNREAD
        return who.read_vouched(resource, user, arrival.hospital.fhir_base)

    def _account(self, chart: Chart, person: Person) -> Account:
        link = ChartLink(chart.hospital, chart.patient, chart.kind.value)
        return enter_account(self.engine, person.issuer, person.sub, link, self.clock())

    def _open(
        self, arrival: Arrival, chart: Chart, account: Account | None, person: Person | None, old: Session | None
    ) -> Opened:
        account_id = account.id if account else None
        if old and old.belongs_to(account_id, person) and (renewed := self.sessions.renew(old, chart)):
            return renewed
        if old:
            self.leaving.let_go(self.sessions.end(old), revoke=True)
        look = arrival.look
        if account:
            look = replace(look, locale=look.locale or account.locale, theme=look.theme or account.theme or "")
        return self.sessions.open(account_id, person, chart, look)

    def _note(
        self, arrival: Arrival, chart: Chart, session_id: str, account_id: str | None, actor: str, outcome: str, why: str
    ) -> None:
        row = AuditRow(
            at=self.clock(), hospital=chart.hospital, actor=actor, account_id=account_id, session_id=session_id,
            kind=chart.kind.value, patient=chart.patient, action="sign-in", type="Patient", id=chart.patient or None,
            params=(), outcome=outcome, app="portal", reason=why,
            request_id=arrival.request_id,
        )  # fmt: skip
        self.audit.write([row])


def _person(arrival: Arrival, kind: Kind) -> Person | None:
    """The identity. A server that launches patients only, and signs no id_token, vouches for the patient by the launch itself:
    a name space of its own, that no id_token's issuer can be."""
    identity = arrival.launched.identity
    if identity is not None:
        return Person(identity.issuer, identity.subject)
    if kind is Kind.SELF and arrival.launched.context.patient:
        return Person(f"{arrival.hospital.fhir_base}#launch-patient", arrival.launched.context.patient)
    return None


def _without_account(kind: Kind) -> bool:
    return kind in (Kind.PREVIEW, Kind.UNKNOWN)


def _standing(session: Session, chart: Chart) -> Chart:
    """The chart as it stands in the session: an older chart of the same record has lent it its handle."""
    return next(kept for kept in session.charts.values() if kept.authority == chart.authority)

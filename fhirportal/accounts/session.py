"""What a session is: frozen values, their JSON form, and the viewer a chart of it stands for.

It decides what is kept of a signed-in browser and of each chart open in it. It must not know cookies, storage or pages.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from fhirportal.access.viewer import Authority, Kind, Origin, Viewer


@dataclass(frozen=True)
class Person:
    """An identity: who issued it, and that issuer's name for the person. Never joined with another by e-mail or name."""

    issuer: str
    sub: str


@dataclass(frozen=True)
class LaunchContext:
    """What the EHR said beside the patient (SMART App Launch 2.2, section 2.0.9 launch context)."""

    encounter: str | None = None
    need_patient_banner: bool = True
    smart_style_url: str | None = None
    intent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One patient's record, open in one session. `handle` is random, and means nothing in any other session."""

    handle: str
    hospital: str
    patient: str
    kind: Kind
    origin: Origin
    actor: str
    authority: Authority
    scopes: frozenset[str]
    expires_at: datetime
    context: LaunchContext = field(default_factory=LaunchContext)
    embedded: bool = False

    def same_record(self, other: "Chart") -> bool:
        """Whether both show one patient to one person in one role: the later sign-in then replaces the earlier."""
        mine = (self.hospital, self.patient, self.kind, self.actor)
        return mine == (other.hospital, other.patient, other.kind, other.actor)


@dataclass(frozen=True, kw_only=True)
class Session:
    """One signed-in browser. `id` is for audit rows and logs; `key` is the hash of the cookie, which only the browser has.

    `person` is None where the launch did not say who it is; such a session never grows by a second launch.
    `terms` holds "slug@version" of what was accepted, or needs no second look, in this session.
    """

    id: str
    key: str
    account_id: str | None
    person: Person | None
    csrf: str
    charts: Mapping[str, Chart]
    created_at: datetime
    expires_at: datetime
    last_seen: datetime
    locale: str | None = None
    theme: str = ""
    terms: frozenset[str] = frozenset()

    def belongs_to(self, account_id: str | None, person: Person | None) -> bool:
        """Whether a launch by this account and identity comes from the person this session is of."""
        if self.account_id is not None or account_id is not None:
            return self.account_id == account_id
        return person is not None and self.person == person

    def charts_at(self, hospital: str) -> tuple[Chart, ...]:
        return tuple(chart for chart in self.charts.values() if chart.hospital == hospital)

    def with_chart(self, chart: Chart) -> "Session":
        return replace(self, charts={**self.charts, chart.handle: chart})


def viewer_of(session: Session, chart: Chart, fhir_base: str) -> Viewer:
    """Session and handle make the viewer; `fhir_base` is that hospital's, from settings."""
    return Viewer(
        hospital=chart.hospital,
        fhir_base=fhir_base,
        patient=chart.patient,
        kind=chart.kind,
        origin=chart.origin,
        actor=chart.actor,
        account_id=session.account_id,
        session_id=session.id,
        handle=chart.handle,
        authority=chart.authority,
        scopes=chart.scopes,
        expires_at=min(chart.expires_at, session.expires_at),
    )


def dump_session(session: Session) -> bytes:
    """What is kept for the whole life of the session. What changes while it lives (see `Living`) is kept apart."""
    record = {
        "id": session.id,
        "account_id": session.account_id,
        "person": asdict(session.person) if session.person else None,
        "csrf": session.csrf,
        "charts": [_dump_chart(chart) for chart in session.charts.values()],
        "created_at": session.created_at.isoformat(),
        "expires_at": session.expires_at.isoformat(),
    }
    return json.dumps(record).encode()


def load_session(key: str, raw: bytes, living: "Living") -> Session:
    """The other way; `raw` is our own record, so anything odd in it raises."""
    record = json.loads(raw)
    charts = [_load_chart(chart) for chart in record["charts"]]
    return Session(
        id=record["id"],
        key=key,
        account_id=record["account_id"],
        person=Person(**record["person"]) if record["person"] else None,
        csrf=record["csrf"],
        charts={chart.handle: chart for chart in charts},
        created_at=datetime.fromisoformat(record["created_at"]),
        expires_at=datetime.fromisoformat(record["expires_at"]),
        last_seen=living.last_seen,
        locale=living.locale,
        theme=living.theme,
        terms=living.terms,
    )


@dataclass(frozen=True)
class Living:
    """The part of a session that changes while it lives. Kept apart: writing it never revives an ended session."""

    last_seen: datetime
    locale: str | None = None
    theme: str = ""
    terms: frozenset[str] = frozenset()

    def dump(self) -> bytes:
        return json.dumps([self.last_seen.isoformat(), self.locale, self.theme, sorted(self.terms)]).encode()

    @classmethod
    def load(cls, raw: bytes) -> "Living":
        last_seen, locale, theme, terms = json.loads(raw)
        return cls(datetime.fromisoformat(last_seen), locale, theme, frozenset(terms))


def _dump_chart(chart: Chart) -> dict[str, Any]:
    return {
        **asdict(chart),
        "scopes": sorted(chart.scopes),
        "expires_at": chart.expires_at.isoformat(),
    }


def _load_chart(record: dict[str, Any]) -> Chart:
    return Chart(
        **{
            **record,
            "kind": Kind(record["kind"]),
            "origin": Origin(record["origin"]),
            "authority": Authority(**record["authority"]),
            "scopes": frozenset(record["scopes"]),
            "expires_at": datetime.fromisoformat(record["expires_at"]),
            "context": LaunchContext(**record["context"]),
        }
    )

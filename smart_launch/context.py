"""What the EHR says a launch is about: the launch context in a token response (SMART App Launch 2.2; conformance X1).

It decides how much of a sloppy answer can be understood. It must not know what a patient may see, and it fetches
nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smart_launch.addresses import usable
from smart_launch.errors import NoPatient

_ID = re.compile(r"(?!\.+\Z)[A-Za-z0-9\-.]{1,64}")
_MOST_ITEMS = 100
MEMBERS = frozenset(("patient", "encounter", "need_patient_banner", "smart_style_url", "intent", "tenant", "fhirContext"))


@dataclass(frozen=True)
class ContextItem:
    """One entry of fhirContext: a relative `reference`, a `canonical` address or an `identifier` (system, value)."""

    reference: str | None = None
    canonical: str | None = None
    identifier: tuple[str, str] | None = None
    type: str | None = None
    role: str = "launch"


@dataclass(frozen=True)
class LaunchContext:
    """`patient` and `encounter` are bare ids on the server of the launch. None: the server did not say."""

    patient: str | None = None
    encounter: str | None = None
    need_patient_banner: bool | None = None
    smart_style_url: str | None = None
    intent: str | None = None
    tenant: str | None = None
    fhir_context: tuple[ContextItem, ...] = ()

    def require_patient(self) -> str:
        """The patient's id. Raises NoPatient."""
        if self.patient is None:
            raise NoPatient("no patient in the token response")
        return self.patient


def parse_context(response: Mapping[str, Any], fhir_base: str) -> LaunchContext:
    """The context in a token response, leniently: what cannot be understood is left out, never guessed."""
    return LaunchContext(
        patient=_id(response.get("patient"), "Patient", fhir_base),
        encounter=_id(response.get("encounter"), "Encounter", fhir_base),
        need_patient_banner=_boolean(response.get("need_patient_banner")),
        smart_style_url=usable(response.get("smart_style_url"), fhir_base),
        intent=_short(response.get("intent")),
        tenant=_short(response.get("tenant")),
        fhir_context=_items(response.get("fhirContext")),
    )


def is_id(value: str) -> bool:
    """Whether `value` is a FHIR id (R4, data type id); dots alone are not, they would climb in an address."""
    return bool(_ID.fullmatch(value))


def _id(value: object, type_: str, base: str) -> str | None:
    """Servers send "123", 123, "Patient/123" or the absolute address on their own base."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    value = value.removeprefix(f"{base.rstrip('/')}/").removeprefix(f"{type_}/")
    return value if is_id(value) else None


def _boolean(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def _short(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 1024 and value.isprintable() else None


def _items(value: object) -> tuple[ContextItem, ...]:
    entries = value if isinstance(value, list) else [value]
    items = (_item(entry) for entry in entries[:_MOST_ITEMS])
    return tuple(item for item in items if item is not None)


def _item(entry: object) -> ContextItem | None:
    if isinstance(entry, str):  # SMART 2.0 ballots had bare references
        entry = {"reference": entry}
    if not isinstance(entry, dict):
        return None
    item = ContextItem(
        reference=_short(entry.get("reference")),
        canonical=_short(entry.get("canonical")),
        identifier=_identifier(entry.get("identifier")),
        type=_short(entry.get("type")),
        role=_short(entry.get("role")) or "launch",
    )
    return item if item.reference or item.canonical or item.identifier else None


def _identifier(value: object) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return None
    text = _short(value.get("value"))
    return (_short(value.get("system")) or "", text) if text else None

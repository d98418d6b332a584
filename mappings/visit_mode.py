"""How a visit takes place: in a room, by video, by telephone, at home; and where one joins it.

It decides by the extension for virtual services, then by codes, then by words that can mean nothing else ("video visit", never
"video EEG"). It must not know words for pages. Addresses to join are https only: whatever else was sent is left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from mappings.reading import Coding, Concept, as_dict, coding, dicts, text

Mode = Literal["in-person", "video", "phone", "virtual", "home", "unknown"]

V3_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
SNOMED = "http://snomed.info/sct"
_V3: Mapping[str, Mode] = {"VR": "virtual", "HH": "home", "AMB": "in-person"}
# some servers leave the system out
_CODES: Mapping[tuple[str, str], Mode] = {(system, code): mode for system in (V3_ACT, "") for code, mode in _V3.items()} | {
    (SNOMED, "448337001"): "virtual",
    (SNOMED, "185317003"): "phone",
    (SNOMED, "439708006"): "home",
}
_MEETING = r"(?:visit|call|consult|appointment|check|review|meeting|conferenc|chat|clinic|session|encounter)"
_WORDS: tuple[tuple[re.Pattern[str], Mode], ...] = (
    (re.compile(rf"\bvideo[- ]?{_MEETING}|\b(?:by|via|over) video\b", re.I), "video"),
    (re.compile(rf"\b(?:tele)?phone[- ]{_MEETING}|\b(?:by|via|over the) (?:tele)?phone\b", re.I), "phone"),
    (re.compile(rf"\bvirtual[- ]{_MEETING}|\btele-?(?:health|medicine|visit)\b|\bonline {_MEETING}", re.I), "virtual"),
    (re.compile(r"\bhome visit\b", re.I), "home"),
)
_VIRTUAL = "extension-appointment.virtualservice"
_LONGEST = 2000


def mode_of(data: Mapping[str, Any], said: Iterable[Concept], names: Iterable[str], *, has_place: bool) -> Mode:
    """The way of one Appointment. `said` are the concepts that tell its kind, `names` the free words that may.

    Words that are sure win over the code for "virtual", which leaves video and telephone open.
    """
    concepts = tuple(said)
    coded = [_CODES[key] for c in concepts for each in c.codings if (key := (each.system, each.code)) in _CODES]
    coded += ["virtual"] if next(_virtual_services(data), None) else []
    channel = [_by_words(word) for c in _channels(data) for word in (c.display, c.code)]
    words = [_by_words(w) for c in concepts for w in (c.text, *(each.display for each in c.codings))]
    words += [_by_words(name) for name in names]
    sure = next((m for m in (*channel, *words) if m), None)
    if coded and coded[0] != "virtual":
        return coded[0]
    if sure and (not coded or sure in ("video", "phone")):
        return sure
    return coded[0] if coded else "in-person" if has_place else "unknown"


def meeting_of(data: Mapping[str, Any], services: Iterable[Mapping[str, Any]]) -> str:
    """The https address where a patient joins: of the virtual service, else of a room made for patients; "" for none."""
    sent = [
        text(e.get("valueUrl")) or text(e.get("valueString")) for v in _virtual_services(data) for e in _parts(v, "address")
    ]
    sent += [text(t.get("value")) for s in services if _for_patients(s) for t in dicts(s.get("telecom"))]
    return next((address for address in sent if _is_https(address)), "")


def _virtual_services(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (e for e in dicts(data.get("extension")) if text(e.get("url")).casefold().endswith(_VIRTUAL))


def _parts(extension: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    return (e for e in dicts(extension.get("extension")) if text(e.get("url")).casefold().startswith(name))


def _channels(data: Mapping[str, Any]) -> Iterator[Coding]:
    return (coding(e.get("valueCoding")) for v in _virtual_services(data) for e in _parts(v, "channeltype"))


def _by_words(words: str) -> Mode | None:
    if words.casefold() in ("video", "phone", "telephone"):  # a channel's whole name
        return "video" if words.casefold() == "video" else "phone"
    return next((mode for pattern, mode in _WORDS if pattern.search(words)), None)


def is_virtual_room(service: Mapping[str, Any]) -> bool:
    """Whether a HealthcareService is not a clinic but a room on the web, as vendors send them."""
    return service.get("resourceType") == "HealthcareService" and any(
        text(t.get("system")).casefold() == "url" for t in dicts(service.get("telecom"))
    )


def _for_patients(service: Mapping[str, Any]) -> bool:
    """Vendors send one room for patients and one for clinicians within the appointment."""
    said = " ".join(text(as_dict(t).get("text")) for t in dicts(service.get("type"))).casefold()
    return "patient" in said and "provider" not in said


def _is_https(address: str) -> bool:
    if len(address) > _LONGEST or not address.isascii() or any(c.isspace() or not c.isprintable() for c in address):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and "\\" not in address
    except ValueError:
        return False

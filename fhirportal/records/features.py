"""What each feature of the portal needs from a hospital's FHIR server, and how much of it a given server can carry.

It decides levels and reasons from what a server can do; whether that was tried or only stated is told by who asks. It must not
know how it was found out, pages, or words in other languages than the engineer's: patients read other sentences.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Level = Literal["full", "read-only", "request-only", "missing", "unknown"]
Can = Literal["tried", "stated", "no", "unknown"]
_BEST: tuple[Can, ...] = ("tried", "stated", "unknown", "no")


class Server(Protocol):
    """What is known of one server. "stated": it says so, nobody tried; "unknown": it says nothing."""

    def search(self, type_: str, param: str = "") -> Can:
        """Whether the type can be searched by the patient, or by another parameter."""
        ...

    def does(self, type_: str, interaction: str) -> Can:
        """Whether it offers an interaction (R4 value set type-restful-interaction)."""
        ...


@dataclass(frozen=True)
class Need:
    """One type; `interaction` "search" (by patient), "read", or one that writes. `helps` are parameters a page does better
    with, `loses` what patients lose without the type."""

    type: str
    interaction: str = "search"
    helps: tuple[str, ...] = ()
    loses: str = ""

    @property
    def words(self) -> str:
        return f"{self.type} {self.interaction}"


@dataclass(frozen=True)
class Feature:
    """`shown_by`: one of these is enough for the page; `parts`: what of it is lost without; `writes`: one of these groups lets
    patients act at once; `requests`: one of these lets them ask staff to; `acting`: whether this version's pages do."""

    name: str
    title: str
    shown_by: tuple[Need, ...]
    parts: tuple[Need, ...] = ()
    writes: tuple[tuple[Need, ...], ...] = ()
    requests: tuple[Need, ...] = ()
    acts: str = ""
    acting: bool = False


@dataclass(frozen=True)
class Offer:
    """What a server's patients get of one feature, why, and what the hospital would change ("" if nothing)."""

    name: str
    title: str
    level: Level
    reason: str
    change: str = ""


_INVOICE = Need("Invoice", loses="bills with their lines")
_TASK = Need("Task", "create")
FEATURES = (
    Feature(
        "appointments",
        "Appointments",
        (Need("Appointment", helps=("date", "status")),),
        (Need("Practitioner", "read", loses="who the visit is with"), Need("Location", "read", loses="where it is")),
        ((Need("Appointment", "create"), Need("Slot")), (Need("Appointment", "patch"), Need("Slot"))),
        (_TASK,),
        "booking and changing",
    ),
    Feature(
        "results",
        "Test results",
        (Need("Observation", helps=("category", "date", "code")),),
        (Need("DiagnosticReport", helps=("date",), loses="results grouped into their reports"),),
    ),
    Feature(
        "reports",
        "Reports and files",
        (Need("DiagnosticReport"),),
        (Need("Binary", "read", loses="attached files that are kept apart (Binary)"),),
    ),
    Feature(
        "medicines",
        "Medicines",
        (Need("MedicationRequest"), Need("MedicationStatement")),
        (
            Need("MedicationRequest", loses="prescriptions"),
            Need("MedicationDispense", loses="when a supply should have ended"),
            Need("Medication", "read", loses="names of medicines kept apart (Medication)"),
        ),
        requests=(_TASK,),
        acts="asking for refills",
    ),
    Feature(
        "allergies",
        "Allergies",
        (Need("AllergyIntolerance"),),
        (Need("Condition", loses="health conditions beside them"),),
    ),
    Feature(
        "bills",
        "Bills",
        (_INVOICE, Need("Account"), Need("ChargeItem")),
        (_INVOICE, Need("Account", loses="account balances")),
        ((Need("PaymentNotice", "create"),), (Need("PaymentReconciliation", "create"),)),
        acts="booking payments in the hospital's own system",
    ),
    Feature(
        "insurance",
        "Insurance statements",
        (Need("ExplanationOfBenefit"),),
        (Need("Coverage", loses="the insurance plan"),),
    ),
    Feature(
        "profile",
        "Profile",
        (Need("Patient", "read"),),
        (Need("Practitioner", "read", loses="the name of the person's doctor"),),
        ((Need("Patient", "update"),), (Need("Patient", "patch"),)),
        (_TASK,),
        "changing address and telephone",
    ),
)
ON_DASHBOARD = ("appointments", "results", "medicines", "bills")


def list_offers(server: Server) -> list[Offer]:
    """One for each feature, the dashboard first: it stands on the others."""
    offers = [decide_offer(feature, server) for feature in FEATURES]
    return [_dashboard(offers), *offers]


def decide_offer(feature: Feature, server: Server) -> Offer:
    """How much of one feature this server can carry."""
    shown = _best(_can(need, server) for need in feature.shown_by)
    wanted = " or ".join(need.words for need in feature.shown_by)
    if shown == "no":
        change = f"Offer {wanted} (by patient) to patient apps."
        return Offer(feature.name, feature.title, "missing", f"The server does not offer {wanted}.", change)
    if shown == "unknown":
        reason = f"Needs {wanted}; the server does not say, and tells nothing without a token."
        return Offer(feature.name, feature.title, "unknown", reason, "Publish a CapabilityStatement.")
    level, acting = _acting(feature, server)
    basis = "Seen to work." if shown == "tried" else "By statement."
    lost = _lost(feature, server)
    reason = " ".join(filter(None, (basis, acting, f"Not there: {'; '.join(lost)}." if lost else "")))
    return Offer(feature.name, feature.title, level, reason, _change(feature, server, level))


def _dashboard(offers: Sequence[Offer]) -> Offer:
    """It is whole where all its parts are, and there where one is."""
    parts = [offer for offer in offers if offer.name in ON_DASHBOARD]
    missing = [offer.title.lower() for offer in parts if offer.level == "missing"]
    unknown = [offer for offer in parts if offer.level == "unknown"]
    if len(missing) == len(parts):
        return Offer("dashboard", "Dashboard", "missing", "None of what it shows is there.", "See the features below.")
    if len(unknown) + len(missing) == len(parts):
        return Offer("dashboard", "Dashboard", "unknown", "It stands on the features below.")
    reason = f"Shown without: {', '.join(missing)}." if missing else "Everything it shows is there."
    return Offer("dashboard", "Dashboard", "full", reason)


def _acting(feature: Feature, server: Server) -> tuple[Level, str]:
    if not feature.writes and not feature.requests:
        return "full", ""
    writes = _best(_worst(_can(need, server) for need in group) for group in feature.writes)
    requests = _best(_can(need, server) for need in feature.requests)
    if writes == "stated" or (not feature.writes and requests == "stated"):
        return "full", f"It would also take {feature.acts} (by statement).{_not_yet(feature)}"
    if requests == "stated":
        return "request-only", f"It would take requests for {feature.acts} (Task create, by statement).{_not_yet(feature)}"
    said = "is not offered" if "unknown" not in (writes, requests) else "is not known before a sign-in"
    return "read-only", f"{feature.acts[:1].upper()}{feature.acts[1:]} {said}."


def _not_yet(feature: Feature) -> str:
    return "" if feature.acting else " This version of the portal only shows."


def _lost(feature: Feature, server: Server) -> list[str]:
    lost = [need.loses for need in feature.parts if need.loses and _can(need, server) == "no"]
    slow = [f"{need.type} by {name}" for need in feature.shown_by for name in need.helps if _refused(need, name, server)]
    return [*lost, *slow]


def _refused(need: Need, name: str, server: Server) -> bool:
    return _can(need, server) != "no" and server.search(need.type, name) == "no"


def _change(feature: Feature, server: Server, level: Level) -> str:
    lost = [need.words for need in feature.parts if _can(need, server) == "no"]
    searches = [f"{need.type} by {name}" for need in feature.shown_by for name in need.helps if _refused(need, name, server)]
    wanted = list(dict.fromkeys([*lost, *searches]))
    if level == "read-only":
        ways = [" with ".join(need.words for need in group) for group in feature.writes] or [n.words for n in feature.requests]
        wanted.append(" or ".join(ways))
    return f"Offer {', '.join(wanted)}." if wanted else ""


def _can(need: Need, server: Server) -> Can:
    return server.search(need.type) if need.interaction == "search" else server.does(need.type, need.interaction)


def _best(found: Iterable[Can]) -> Can:
    return min(found, key=_BEST.index, default="no")


def _worst(found: Iterable[Can]) -> Can:
    return max(found, key=_BEST.index, default="no")

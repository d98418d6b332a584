"""The people one can be in this hospital, and what each of them may open.

A person is given in the configuration or, for loaded data, made on the spot from a Patient (key = the Patient's id). It
decides who acts for which chart; it must not know HTTP, tokens or pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol, get_args

As = Literal["patient", "relative", "clinician"]
ROLES: tuple[As, ...] = get_args(As)
DEMO_PASSWORD = "demo"  # noqa: S105  printed on the sign-in page: this hospital is fictional

Resource = Mapping[str, Any]


class Records(Protocol):
    """What the SMART front reads of the hospital's store."""

    def find(self, type_: str, id_: str) -> Resource | None: ...

    def search(self, type_: str, params: Mapping[str, str], count: int) -> Sequence[Resource]: ...


class NobodyLikeThat(LookupError):
    """No such person here, or not somebody who may launch like that; the text says which."""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """This person is the RelatedPerson `related_person` of the Patient `patient`: mother, carer, guardian."""

    related_person: str
    patient: str
    label: str = "relative"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone with a sign-in here. `patient` is their own chart; `practitioner` makes them a clinician."""

    key: str
    name: str
    patient: str | None = None
    username: str = ""
    password: str = DEMO_PASSWORD
    relations: tuple[Relation, ...] = ()
    practitioner: str | None = None

    @property
    def login(self) -> str:
        return self.username or self.key

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Person:
        relations = tuple(Relation(**relation) for relation in body.get("relations", ()))
        return cls(**{**body, "relations": relations})


@dataclass(frozen=True, kw_only=True)
class Actor:
    """One person in one role at one chart. `fhir_user` is a relative reference; `label` is for a button."""

    key: str
    name: str
    as_: As
    fhir_user: str
    patient: str | None
    label: str


class People:
    """Everyone in one base: the configured ones, and every loaded Patient when `derive` is set."""

    def __init__(self, configured: Sequence[Person], records: Records, *, derive: bool) -> None:
        self._configured = {person.key: person for person in configured}
        self._records = records
        self._derive = derive

    def list_(self, limit: int = 50) -> list[Person]:
        """At most `limit` people, the configured ones first."""
        people = list(self._configured.values())[:limit]
        if self._derive and len(people) < limit:
            known = {person.patient for person in people}
            found = self._records.search("Patient", {}, limit)
            people += [_derived(p) for p in found if p.get("id") not in known][: limit - len(people)]
        return people

    def find(self, key: str) -> Person | None:
        if key in self._configured:
            return self._configured[key]
        patient = self._records.find("Patient", key) if self._derive else None
        return _derived(patient) if patient else None

    def get(self, key: str) -> Person:
        """Raises NobodyLikeThat."""
        person = self.find(key)
        if person is None:
            raise NobodyLikeThat(f"nobody here has the key {key!r}")
        return person

    def find_by_login(self, username: str) -> Person | None:
        for person in self._configured.values():
            if person.login == username:
                return person
        return self.find(username)

    def find_of_chart(self, patient: str) -> Person | None:
        """The person whose own chart `patient` is."""
        for person in self._configured.values():
            if person.patient == patient:
                return person
        return self.find(patient) if self._derive else None

    def list_actors(self, person: Person) -> list[Actor]:
        """Every chart this person may open, own first; a clinician has one entry without a chart: any of them."""
        actors = [_self(person)] if person.patient else []
        actors += [_relative(person, relation) for relation in person.relations]
        if person.practitioner:
            actors.append(_clinician(person, None))
        return actors

    def list_openers(self, patient: str) -> list[Actor]:
        """Everybody who may open this chart: the patient, each relative, a clinician."""
        own = self.find_of_chart(patient)
        openers = [_self(own)] if own else []
        openers += self._relatives_of(patient)
        clinician = self._find_clinician(patient)
        return [*openers, clinician] if clinician else openers

    def choose(self, key: str, as_: As, patient: str | None = None) -> Actor:
        """Who acts when the launch says `key` and `as_`. `patient` picks one chart among several.

        `relative`: the person acting for the first of theirs; for somebody who acts for nobody, the first relative of
        their own chart. `clinician`: at that person's own chart, unless `patient` names another. Raises NobodyLikeThat.
        """
        person = self.get(key)
        candidates = list(self._candidates(person, as_, patient))
        for actor in candidates:
            if patient is None or actor.patient == patient:
                return actor
        raise NobodyLikeThat(f"{key!r} cannot launch as {as_} here")

    def _candidates(self, person: Person, as_: As, patient: str | None) -> Iterator[Actor]:
        if as_ == "patient" and person.patient:
            yield _self(person)
        if as_ == "relative":
            yield from (_relative(person, relation) for relation in person.relations)
            if person.patient:
                yield from self._relatives_of(person.patient)
        if as_ == "clinician":
            chart = patient or person.patient
            actor = _clinician(person, chart) if person.practitioner else self._find_clinician(chart)
            if actor:
                yield actor

    def _relatives_of(self, patient: str) -> list[Actor]:
        named = [
            _relative(person, relation)
            for person in self._configured.values()
            for relation in person.relations
            if relation.patient == patient
        ]
        taken = {actor.fhir_user for actor in named}
        found = self._records.search("RelatedPerson", {"patient": f"Patient/{patient}"}, 10)
        others = [_unnamed_relative(resource, patient) for resource in found]
        return named + [actor for actor in others if actor.fhir_user not in taken]

    def _find_clinician(self, patient: str | None) -> Actor | None:
        for person in self._configured.values():
            if person.practitioner:
                return _clinician(person, patient)
        for resource in self._records.search("Practitioner", {}, 1):
            return Actor(
                key=f"practitioner-{resource['id']}",
                name=display_name(resource),
                as_="clinician",
                fhir_user=f"Practitioner/{resource['id']}",
                patient=patient,
                label="clinician",
            )
        return None


def _self(person: Person) -> Actor:
    return Actor(
        key=person.key,
        name=person.name,
        as_="patient",
        fhir_user=f"Patient/{person.patient}",
        patient=person.patient,
        label="patient",
    )


def _relative(person: Person, relation: Relation) -> Actor:
    return Actor(
        key=person.key,
        name=person.name,
        as_="relative",
        fhir_user=f"RelatedPerson/{relation.related_person}",
        patient=relation.patient,
        label=relation.label,
    )


def _unnamed_relative(resource: Resource, patient: str) -> Actor:
    """A RelatedPerson in the data whom no configured person claims."""
    return Actor(
        key=f"related-{resource['id']}",
        name=display_name(resource),
        as_="relative",
        fhir_user=f"RelatedPerson/{resource['id']}",
        patient=patient,
        label=_relationship(resource),
    )


def _clinician(person: Person, patient: str | None) -> Actor:
    return Actor(
        key=person.key,
        name=person.name,
        as_="clinician",
        fhir_user=f"Practitioner/{person.practitioner}",
        patient=patient,
        label="clinician",
    )


def _derived(patient: Resource) -> Person:
    id_ = str(patient["id"])
    return Person(key=id_, name=display_name(patient), patient=id_)


def _relationship(resource: Resource) -> str:
    for concept in resource.get("relationship") or ():
        for text in (concept.get("text"), *(c.get("display") for c in concept.get("coding") or ())):
            if text:
                return str(text)
    return "relative"


def display_name(resource: Resource) -> str:
    """A HumanName as one line, official or usual first; the id where the resource carries none."""
    names = resource.get("name") or []
    names = [names] if isinstance(names, Mapping) else names
    ranked = sorted(names, key=lambda n: {"official": 0, "usual": 1}.get(str(n.get("use")), 2))
    for name in ranked:
        parts = [*(name.get("given") or ()), name.get("family")]
        text = " ".join(str(part) for part in parts if part) or str(name.get("text") or "")
        if text:
            return text
    return str(resource.get("id", "Unnamed"))

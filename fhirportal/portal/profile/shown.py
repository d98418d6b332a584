"""What the profile page draws: ways to reach someone, contacts and names in the reader's words.

It decides labels. It must not ask for anything.
"""

from dataclasses import dataclass

from fhirportal.words import LANGUAGES, Words
from fhirportal.words.formats import date_short
from fhirportal.words.phrases import known, phrase
from mappings.patient import Contact, PatientView
from mappings.people import Name, Telecom

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ShownContact:
    """Someone to call for the patient."""

    name: str
    who: str
    ways: Rows


def show_names(view: PatientView, words: Words) -> Rows:
    """The first name is the one that is used; others say what they are."""
    return tuple((_name_label(name, first=not index, words=words), name.text) for index, name in enumerate(view.names))


def _name_label(name: Name, first: bool, words: Words) -> str:
    if first:
        return words.gettext("Name")
    labels = {"maiden": words.gettext("Name before marriage"), "nickname": words.gettext("Called")}
    return labels.get(name.use, words.gettext("Other name"))


def show_ways(telecoms: tuple[Telecom, ...], words: Words) -> Rows:
    """Phone, mobile: number. What something is used for stands beside what it is."""
    return tuple((_way(t, words), t.value) for t in telecoms)


def _way(telecom: Telecom, words: Words) -> str:
    what = phrase("contact_system", telecom.system, words)
    if not known("contact_use", telecom.use):
        return what
    return words.gettext("%(what)s · %(use)s", what=what, use=phrase("contact_use", telecom.use, words))


def show_contact(contact: Contact, words: Words) -> ShownContact:
    """Who it is to the patient: by a code we know, else as the hospital words it."""
    code = next((c for c in contact.codes if known("relationship", c)), "")
    who = phrase("relationship", code, words) if code else contact.words or phrase("relationship", "", words)
    name = contact.name or contact.organization or words.gettext("No name given")
    return ShownContact(name, who, show_ways(contact.telecoms, words))


def show_languages(view: PatientView, words: Words) -> Rows:
    """The languages someone can be spoken to in, by their own name where we know it."""
    made = []
    for language in view.languages:
        name = language.words or LANGUAGES.get(language.tag.split("-")[0], "") or language_name(language.tag, words)
        made.append((words.gettext("Preferred language") if language.preferred else words.gettext("Language"), name))
    return tuple((label, name) for label, name in made if name)


def language_name(tag: str, words: Words) -> str:
    """What a language is called in the reader's; "" for a tag CLDR does not know."""
    return str(words.locale.languages.get(tag.split("-", maxsplit=1)[0].lower(), ""))


def show_facts(view: PatientView, words: Words) -> Rows:
    """Birth date, sex and numbers; what was not sent is said so."""
    nothing = words.gettext("Not given by your hospital")
    rows = [
        (words.gettext("Date of birth"), date_short(view.born, words) if view.born else nothing),
        (words.gettext("Sex in the record"), phrase("gender", view.gender, words)),
        *((words.gettext("Hospital number"), number) for number in view.numbers or (nothing,)),
    ]
    if marital := _marital(view, words):
        rows.append((words.gettext("Marital status"), marital))
    if view.died:
        rows.append((words.gettext("Died"), date_short(view.died, words)))
    return tuple(rows)


def _marital(view: PatientView, words: Words) -> str:
    if view.marital is None:
        return ""
    code = next((c.code for c in view.marital.codings if known("marital_status", c.code)), "")
    return phrase("marital_status", code, words) if code else view.marital.text

"""What an Annotation is: words someone wrote on a record, who and when. No words of our own, no clock."""

from dataclasses import dataclass

from mappings.reading import When, dicts, reference, text, when


@dataclass(frozen=True)
class Note:
    """One Annotation (R4 2.24.0.16); `author` is a name or ""."""

    text: str
    author: str
    time: When | None


def list_notes(value: object) -> tuple[Note, ...]:
    """The notes with words in them, in the order sent, repetitions once."""
    found = (Note(text(n.get("text")), _author(n), when(n.get("time"))) for n in dicts(value))
    return tuple(dict.fromkeys(n for n in found if n.text))


def _author(note: object) -> str:
    if not isinstance(note, dict):
        return ""
    named = reference(note.get("authorReference"))
    return text(note.get("authorString")) or (named.display if named else "")

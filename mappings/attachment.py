"""What an Attachment is: kind, title, size and where its bytes are. It must not fetch, decode or trust any of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mappings.reading import When, dicts, number, text, when


@dataclass(frozen=True)
class Attachment:
    """One Attachment (R4 2.24.0.5). `index` is its place among the elements sent, `size` in bytes or None.

    `inline` and `linked` tell whether there is data here or an address; an attachment with neither cannot be opened.
    """

    index: int
    content_type: str
    title: str
    size: int | None
    created: When | None
    language: str
    inline: bool
    linked: bool

    @property
    def openable(self) -> bool:
        return self.inline or self.linked


def list_attachments(value: object) -> tuple[Attachment, ...]:
    """The attachments that say anything, each with its index in the list as sent."""
    read = (_attachment(index, item) for index, item in enumerate(dicts(value)))
    return tuple(a for a in read if a.openable or a.title)


def _attachment(index: int, data: Mapping[str, Any]) -> Attachment:
    inline = text(data.get("data"))
    return Attachment(
        index=index,
        content_type=text(data.get("contentType")).split(";")[0].strip().casefold(),
        title=text(data.get("title")),
        size=_size(data, inline),
        created=when(data.get("creation")),
        language=text(data.get("language")),
        inline=bool(inline),
        linked=bool(text(data.get("url"))),
    )


def _size(data: Mapping[str, Any], inline: str) -> int | None:
    """The size said; else what the base64 here comes to."""
    said = number(data.get("size"))
    if said is not None and said >= 0 and said == said.to_integral_value() and said.adjusted() < 16:
        return int(said)
    return len(inline.rstrip("=")) * 3 // 4 if inline else None

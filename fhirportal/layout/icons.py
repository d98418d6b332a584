"""The line icons, as SVG drawn on a 24 by 24 grid, and the one function that puts one on a page.

It decides how an icon is written. An icon never stands alone: it repeats a word beside it, so screen readers skip it.
"""

from markupsafe import Markup

_ICONS = {
    "alert": ('<path d="M12 4.5 21 19.5H3z"/><path d="M12 10.5v4M12 17v.1"/>'),
    "bag": ('<path d="M5 8.5h14l-1 11.5H6z"/><path d="M9 8.5V7a3 3 0 0 1 6 0v1.5"/>'),
    "bill": (
        '<path d="M6 3.5h12v17l-2.4-1.7L13.2 20.5 12 19.5l-1.2 1-2.4-1.7L6 20.5z"/><path d="M9.5 8.2h5M9.5'
        ' 11.8h5M9.5 15.2h2.5"/>'
    ),
    "calendar": ('<rect x="4" y="5.5" width="16" height="14.5" rx="2.5"/><path d="M4 10h16M8.5 3.5v4M15.5 3.5v4M8.5 14.5h3"/>'),
    "card": ('<rect x="3.5" y="6" width="17" height="12.5" rx="2.5"/><path d="M3.5 10.2h17M7 15h3"/>'),
    "check": ('<path d="m5 12.5 4.5 4.5L19 7.5"/>'),
    "clip": (
        '<path d="m18.5 11.5-6.7 6.7a4 4 0 0 1-5.7-5.7l7.2-7.2a2.7 2.7 0 0 1 3.8 3.8l-7 7a1.3 1.3 0 0 1-1.9-1.9l6.2-6.2"/>'
    ),
    "clock": ('<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>'),
    "down": ('<path d="M12 5v13.5M6.5 13l5.5 5.5 5.5-5.5"/>'),
    "drop": (
        '<path d="M12 3.5c3.4 4 5.5 6.9 5.5 10a5.5 5.5 0 0 1-11 0c0-3.1 2.1-6 5.5-10z"/><path d="M9.3'
        ' 14.3a2.8 2.8 0 0 0 2.3 2.5"/>'
    ),
    "eye": (
        '<path d="M2.8 12C5 8 8.2 6 12 6s7 2 9.2 6c-2.200 4-5.400 6-9.200 6s-7-2-9.200-6z"/><circle cx="12" cy="12" r="2.800"/>'
    ),
    "file": ('<path d="M6.5 3.5h7l4 4v13h-11z"/><path d="M13.5 3.5v4h4M9.5 12.5h5M9.5 16h5"/>'),
    "folder": (
        '<path d="M4 7.5A1.5 1.5 0 0 1 5.5 6h4l2 2.5h7A1.5 1.5 0 0 1 20 10v7.5a1.5 1.5 0 0 1-1.5 1.5h-13A1.5'
        ' 1.5 0 0 1 4 17.5z"/>'
    ),
    "globe": (
        '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c2.5 2.6 3.6 5.4 3.6 8.5s-1.1 5.9-3.6'
        ' 8.5c-2.5-2.6-3.6-5.4-3.6-8.5s1.1-5.9 3.6-8.5z"/>'
    ),
    "heart": ('<path d="M12 19.5C6.5 15.7 4 12.7 4 9.5A4.2 4.2 0 0 1 12 7.6a4.2 4.2 0 0 1 8 1.9c0 3.2-2.5 6.2-8 10z"/>'),
    "help": ('<circle cx="12" cy="12" r="8.5"/><path d="M9.6 9.6a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2.9-1.2 1.8M12 16.6v.1"/>'),
    "home": ('<path d="M4 11.2 12 4.5l8 6.7V19a1 1 0 0 1-1 1h-4.5v-5.5h-5V20H5a1 1 0 0 1-1-1z"/>'),
    "info": ('<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8v.1"/>'),
    "key": ('<circle cx="8" cy="14.5" r="4"/><path d="m11 11.7 7.5-7.2M15.5 7.4l2.8 2.8"/>'),
    "left": ('<path d="m14.5 6-6 6 6 6"/>'),
    "lock": ('<rect x="5" y="10.5" width="14" height="9.5" rx="2.5"/><path d="M8.3 10.5V8a3.7 3.7 0 0 1 7.4 0v2.5"/>'),
    "mail": (
        '<path d="M4 7.5A2.5 2.5 0 0 1 6.5 5h11A2.5 2.5 0 0 1 20 7.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-4.5'
        ' 3.5V17A2.5 2.5 0 0 1 4 14.5z"/><path d="M8 9.5h8M8 12.8h5"/>'
    ),
    "moon": ('<path d="M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z"/>'),
    "okc": ('<circle cx="12" cy="12" r="8.5"/><path d="m8.5 12.3 2.5 2.5 4.7-5"/>'),
    "out": ('<path d="M10 4.5H6A1.5 1.5 0 0 0 4.5 6v12A1.5 1.5 0 0 0 6 19.5h4M14.5 8l4 4-4 4M18.5 12H10"/>'),
    "pen": ('<path d="m5 19 .9-4L15.5 5.4a2 2 0 0 1 2.9 0l.2.2a2 2 0 0 1 0 2.9L9 18.1z"/><path d="m13.8 7.2 3 3"/>'),
    "phone": (
        '<path d="M6 4h3l1.5 4.2-2 1.5a10.5 10.5 0 0 0 5.8 5.8l1.5-2L20 15v3a2 2 0 0 1-2.2 2A15.5 15.5 0 0 1'
        ' 4 6.2 2 2 0 0 1 6 4z"/>'
    ),
    "pill": ('<rect x="3" y="8" width="18" height="8" rx="4" transform="rotate(-40 12 12)"/><path d="m9.5 9 5 6"/>'),
    "pin": (
        '<path d="M12 21c4.3-4.4 6.5-7.8 6.5-10.8a6.5 6.5 0 0 0-13 0C5.5 13.2 7.7 16.6 12 21z"/><circle'
        ' cx="12" cy="10.2" r="2.3"/>'
    ),
    "print": (
        '<path d="M7 9V4h10v5M7 16.5H5.5A1.5 1.5 0 0 1 4 15v-4.5A1.5 1.5 0 0 1 5.5 9h13a1.5 1.5 0 0 1 1.5'
        ' 1.5V15a1.5 1.5 0 0 1-1.5 1.5H17"/><path d="M7 14h10v6H7z"/>'
    ),
    "refresh": ('<path d="M19 12a7 7 0 1 1-2.2-5.1L19 9M19 4.5V9h-4.5"/>'),
    "right": ('<path d="m9.5 6 6 6-6 6"/>'),
    "shield": ('<path d="M12 3.5 19 6v5.5c0 4.3-2.9 7.3-7 9-4.1-1.7-7-4.7-7-9V6z"/><path d="m9 12 2.2 2.2L15.2 10"/>'),
    "swap": ('<path d="M4.5 8.5h14M15 5l3.5 3.5L15 12M19.5 15.5h-14M9 12l-3.5 3.5L9 19"/>'),
    "up": ('<path d="M12 19V5.5M6.5 11 12 5.5l5.5 5.5"/>'),
    "user": ('<circle cx="12" cy="8.5" r="4"/><path d="M4.5 20c.8-3.7 3.7-5.5 7.5-5.5s6.7 1.8 7.5 5.5"/>'),
    "video": ('<rect x="3.5" y="7" width="11.5" height="10" rx="2.5"/><path d="m15 11 5.5-3v8L15 13"/>'),
}

_MIRRORED = {"left", "right", "out", "send"}
"""Icons that point somewhere: turned round where the page runs from right to left."""


def icon(name: str, small: bool = False) -> Markup:
    """The icon as inline SVG, hidden from screen readers. KeyError for a name that is not drawn."""
    classes = " ".join(["ico", *["ico--s"] * small, *["ico--flip"] * (name in _MIRRORED)])
    drawing = _ICONS[name]
    return Markup(f'<svg class="{classes}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{drawing}</svg>')  # noqa: S704


def names() -> tuple[str, ...]:
    """Every icon there is, in order."""
    return tuple(sorted(_ICONS))

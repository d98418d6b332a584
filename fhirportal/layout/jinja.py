"""Makes templates speak: translation, formats and phrases in the request's language, icons, fingerprinted static files.

It decides what every template may call. It must not know which page is drawn; the words and the frame come from flask.g.
"""

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, g, request
from werkzeug.local import LocalProxy

from fhirportal.layout import charts
from fhirportal.layout.frame import Frame
from fhirportal.layout.icons import icon
from fhirportal.words import LANGUAGES, Words, formats, numbers, phrases, translator

HERE = Path(__file__).parent
ASSETS = "/assets"
_MONTH, _YEAR = 30 * 24 * 3600, 365 * 24 * 3600

_FORMATS = (
    formats.date_long, formats.date_short, formats.date_near, formats.month_year, formats.date_parts, formats.time_of_day,
    formats.moment, formats.moment_with_zone, formats.last_seen, formats.relative_day, formats.span, formats.time_span,
    formats.minutes, formats.listed, formats.iso,
    numbers.number, numbers.money, numbers.between, numbers.compared,
)  # fmt: skip


class Layout(Blueprint):
    """The blueprint that owns our templates and static files; a fingerprinted address may be kept for a year."""

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        if filename and filename.startswith("fonts/"):
            return _MONTH
        return _YEAR if filename and request.args.get("v") == fingerprint(filename) else 0


def install(app: Flask) -> None:
    """Registers everything templates use. Call once, before the first request.

    A request handler sets `g.words` (Words) and `g.frame` (Frame); without them pages are English and nearly bare.
    """
    app.register_blueprint(
        Layout("layout", __name__, template_folder="templates", static_folder="static", static_url_path=ASSETS)
    )
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    install_callables: Callable[..., None] = env.install_gettext_callables  # type: ignore[attr-defined]
    install_callables(_gettext, _ngettext, newstyle=True, pgettext=_pgettext, npgettext=_npgettext)
    env.globals.update(
        icon=icon,
        asset=asset,
        drawing=charts.drawing,
        unique=unique,
        LANGUAGES=LANGUAGES,
        zone_label=lambda: formats.zone_label(current()),
    )
    env.filters.update({function.__name__: _bound(function) for function in _FORMATS})
    env.filters.update(quantity=_quantity, phrase=_phrase, tel=tel)
    env.globals.update(words=LocalProxy(current), frame=LocalProxy(lambda: g.get("frame") or Frame()))


def current() -> Words:
    """The words of this request; English where nobody has said."""
    words = g.get("words")
    return words if isinstance(words, Words) else translator()


def asset(name: str) -> str:
    """The address of a static file, with its fingerprint: a changed file has a new address."""
    return f"{ASSETS}/{name}?v={fingerprint(name)}"


@lru_cache(maxsize=256)
def fingerprint(name: str) -> str:
    """The first 12 hex digits of a static file's SHA-256; "" where there is no such file."""
    path = (HERE / "static" / name).resolve()
    if not path.is_relative_to(HERE / "static") or not path.is_file():
        return ""
    return sha256(path.read_bytes()).hexdigest()[:12]


def unique(ident: str) -> str:
    """`ident` for an element; from its second use on one page on with a number: an id stands once in a document."""
    used = g.setdefault("idents", Counter())
    used[ident] += 1
    return ident if used[ident] == 1 else f"{ident}-{used[ident]}"


def tel(number: str) -> str:
    """A telephone number as a tel: address: digits and a leading plus, nothing else."""
    plus = "+" if number.strip().startswith("+") else ""
    return f"tel:{plus}{''.join(c for c in number if c.isascii() and c.isdigit())}"


def _bound(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with this request's words as its last positional argument; nothing stays nothing."""

    def filter_(value: Any, *rest: Any) -> Any:
        return "" if value is None and function not in (numbers.between,) else function(value, *rest, current())

    return filter_


def _quantity(value: Any, unit: str = "", comparator: str = "") -> str:
    return "" if value is None else numbers.quantity(value, unit, current(), comparator)


def _phrase(code: str | None, table: str) -> str:
    """{{ visit.status|phrase("appointment_status") }}: the words for a code."""
    return phrases.phrase(table, code or "", current())


def _gettext(message: str) -> str:
    return current().gettext(message)


def _ngettext(one: str, many: str, n: int) -> str:
    return current().catalogue.ngettext(one, many, n)


def _pgettext(context: str, message: str) -> str:
    return current().pgettext(context, message)


def _npgettext(context: str, one: str, many: str, n: int) -> str:
    return current().catalogue.npgettext(context, one, many, n)

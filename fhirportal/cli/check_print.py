"""A report of `fhirportal check` as text, Markdown or JSON.

It decides how it looks: words first, 100 columns, no colour. Whatever comes from the server is cleaned here: a server must not
write control characters to a terminal, nor markup into a page.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from textwrap import wrap

from fhirportal.cli.check_report import Report, TypeRow
from fhirportal.upstream.doctor import Finding

WIDTH = 100
LONGEST = 600
_LEVELS = {
    "full": "full",
    "read-only": "read-only",
    "request-only": "request-only",
    "missing": "missing",
    "unknown": "unknown until signed in",
}
_BADNESS = {"stops": "STOPS THE PORTAL", "gap": "GAP", "note": "Note"}
_UNSAFE = re.compile(r"[\\`*_<>|\[\]]")


@dataclass(frozen=True)
class _Section:
    """A table; every row has as many cells as `columns`. `widths` are columns of text for all cells but the last."""

    title: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[Sequence[str]]


def to_text(report: Report) -> str:
    """At most 100 columns wide."""
    lines = [line for told in _head(report) for line in _wrapped(told, WIDTH)]
    for section in _sections(report):
        lines += ["", section.title, "-" * len(section.title)]
        for row in (section.columns, *section.rows) if len(section.columns) > 2 else section.rows:
            lines += _table_row(row, section.widths)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def to_markdown(report: Report) -> str:
    """GitHub's kind of tables."""
    lines = [f"# {_marked(_head(report)[0])}", "", *(_marked(line) + "  " for line in _head(report)[1:])]
    for section in _sections(report):
        lines += ["", f"## {section.title}", "", _piped(section.columns), _piped(["---"] * len(section.columns))]
        lines += [_piped([_marked(_clean(cell)) for cell in row]) for row in section.rows]
    return "\n".join(lines) + "\n"


def to_json(report: Report) -> str:
    """The report as it is, with its verdict."""
    body = {"verdict": report.verdict, **asdict(report)}
    body["sign_in"] = dict(report.sign_in)
    return json.dumps(body, indent=2) + "\n"  # ASCII: control characters come out escaped


def _head(report: Report) -> list[str]:
    lines = [f"The portal {report.verdict}.", f"Server: {_clean(report.base)}", f"Software: {_clean(report.server)}"]
    return [*lines, f"Hospital: {_clean(report.hospital)}"] if report.hospital else lines


def _sections(report: Report) -> Iterator[_Section]:
    if report.features:
        rows = [(o.title, _LEVELS[o.level], f"{o.reason}{_to_change(o.change)}") for o in report.features]
        yield _Section("What patients get", ("Feature", "Level", "Why, and what to change"), (23, 14), rows)
    if report.findings:
        yield _Section("Differences and dangers", ("How bad", "What"), (10,), [_found(f) for f in report.findings])
    if report.decisions:
        title = "Not decided yet, or not fitting the server"
        yield _Section(title, ("How bad", "What"), (10,), [_found(f) for f in report.decisions])
    if report.sign_in:
        yield _Section("Signing in", ("What", "Found"), (21,), report.sign_in)
    if report.types:
        types = [(t.type, t.read, t.search, _parameters(t)) for t in report.types]
        yield _Section("Types and searches", ("Type", "Read", "Search", "Search parameters"), (21, 13, 15), types)


def _found(finding: Finding) -> tuple[str, str]:
    return _BADNESS[finding.level], f"{finding.what}{_to_change(finding.change)}"


def _to_change(change: str) -> str:
    return f"\nTo change: {change}" if change else ""


def _parameters(row: TypeRow) -> str:
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in row.found.items()) or "none needed"


def _table_row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    last = WIDTH - sum(widths) - 2 * len(widths)
    wrapped = [_wrapped(cell, width) for cell, width in zip(cells, (*widths, last), strict=True)]
    height = max(len(lines) for lines in wrapped)
    padded = [lines + [""] * (height - len(lines)) for lines in wrapped]
    return [
        "  ".join(lines[i].ljust(width) for lines, width in zip(padded, (*widths, last), strict=True)) for i in range(height)
    ]


def _wrapped(cell: str, width: int) -> list[str]:
    """Each line of a cell is wrapped for itself; a server can break lines inside its own cell only."""
    parts = (wrap(_clean(part), width, break_on_hyphens=False) for part in cell.split("\n"))
    return [line for lines in parts for line in lines] or [""]


def _clean(text: str) -> str:
    """One line of printable letters; too long ones are cut."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + "..."


def _marked(text: str) -> str:
    return _UNSAFE.sub(lambda sign: f"\\{sign[0]}", text)


def _piped(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"

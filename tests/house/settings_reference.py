"""docs/settings.md, made from the settings' own dataclasses: `python -m tests.house.settings_reference` writes it."""

import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path

from fhirportal.settings import Hospital, Secret, Settings

TARGET = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
HEAD = """# Settings

One TOML file, named by `--settings FILE` or the variable `FHIRPORTAL_SETTINGS`; `fhirportal.toml` in the current folder where neither
is given. Every setting can also come from the environment, which wins over the file: `FHIRPORTAL_` and the name in capitals, with two
underscores for each dot, as in `FHIRPORTAL_HOSPITALS__NORTH__CLIENT__CLIENT_ID`. Write a secret, or its environment variable, with
`_file` at the end to give the name of a file that holds it; then it never stands in the settings. Names that are not known are
mistakes, and all mistakes are told at once.

`fhirportal settings` prints what is in force and where each value comes from, secrets masked.

This page is made from the code (`python -m tests.house.settings_reference`).
"""
SECTIONS = (
    ("", "The deployment", "At the top of the file.", Settings),
    (
        "hospitals.<slug>.",
        "A hospital",
        "`[hospitals.<slug>]`, one table for each hospital; the slug stands in addresses.",
        Hospital,
    ),
)


def reference() -> str:
    """The whole page."""
    return HEAD + "".join(_section(*section) for section in SECTIONS)


def _section(prefix: str, title: str, where: str, kind: type, depth: int = 2) -> str:
    flat, nested = [], []
    hints = typing.get_type_hints(kind)
    for f in fields(kind):
        (nested if is_dataclass(hints[f.name]) else flat).append((f, hints[f.name]))
    rows = "".join(_row(f, hint) for f, hint in flat if f.name not in ("slug", "hospitals"))
    table = f"\n{'#' * depth} {title}\n{where}\n\n| Setting | Kind | Default | Meaning |\n|---|---|---|---|\n{rows}"
    return table + "".join(_section("", f"`{prefix}{f.name}`", str(f.metadata["doc"]), hint, depth + 1) for f, hint in nested)


def _row(f: Field[typing.Any], hint: typing.Any) -> str:
    name = f"{f.name}_file" if hint in (Secret, Secret | None) else f.name
    return f"| `{name}` | {_kind(hint)} | {_default(f)} | {_cell(f.metadata['doc'])} |\n"


def _kind(hint: typing.Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return " or ".join(f"`{a}`" for a in arguments)
    if origin in (typing.Union, types.UnionType):
        return _kind(next(a for a in arguments if a is not type(None)))
    if origin is tuple:
        return "list of text"
    names = {
        str: "text",
        int: "whole number",
        float: "number",
        bool: "true or false",
        Path: "path",
        Secret: "file with a secret",
    }
    return names[hint]


def _default(f: Field[typing.Any]) -> str:
    if f.default is MISSING:
        return "**required**"
    if isinstance(f.default, bool):
        return f"`{str(f.default).lower()}`"
    if f.default in ("", None, ()):
        return ""
    if isinstance(f.default, tuple):
        return "`[" + ", ".join(f'"{item}"' for item in f.default) + "]`"
    return f"`{f.default}`"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def list_names(kind: type = Settings, prefix: str = "") -> Iterator[str]:
    """Every setting's dotted name, hospitals' with `<slug>`."""
    hints = typing.get_type_hints(kind)
    for f in fields(kind):
        hint = hints[f.name]
        if is_dataclass(hint):
            yield from list_names(hint, f"{prefix}{f.name}.")
        elif typing.get_origin(hint) is Mapping or f.name == "hospitals":
            yield from list_names(Hospital, f"{prefix}{f.name}.<slug>.")
        elif f.name != "slug":
            yield prefix + f.name


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(reference(), encoding="utf-8")
    print(TARGET)

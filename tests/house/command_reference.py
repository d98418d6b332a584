"""docs/commands.md, made from the commands' own parsers: `python -m tests.house.command_reference` writes it."""

import argparse
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from fhirportal import cli

TARGET = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
HEAD = """# Commands

`fhirportal COMMAND` where the package is installed, `./portal COMMAND` in a clone. `./portal test` and `./portal bench` are the clone's own.
`--settings FILE` names the settings file; without it the variable `FHIRPORTAL_SETTINGS`, or `fhirportal.toml` in the current folder.

This page is made from the code (`python -m tests.house.command_reference`).
"""


def reference() -> str:
    """The whole page."""
    return HEAD + "".join(_section(*command) for command in list_commands())


def list_commands() -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Name (with its action), one line on what it does, parser."""
    for name in cli.COMMANDS:
        module = import_module(f"fhirportal.cli.{name}")
        parser = argparse.ArgumentParser(add_help=False)
        module.add_arguments(parser)
        groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        if not groups:
            yield name, module.SUMMARY, parser
        for group in groups:
            helped = {choice.dest: choice.help or "" for choice in group._choices_actions}
            yield from ((f"{name} {action}", helped[action], sub) for action, sub in group.choices.items())


def _section(name: str, summary: str, parser: argparse.ArgumentParser) -> str:
    rows = "".join(_row(a) for a in parser._actions if a.dest not in ("help", "settings"))
    table = f"\n| | |\n|---|---|\n{rows}" if rows else ""
    return f"\n## fhirportal {name}\n{summary[0].upper()}{summary[1:]}.\n{table}"


def _row(action: argparse.Action) -> str:
    words = " ".join(filter(None, [", ".join(action.option_strings), _value(action)]))
    return f"| `{words}` | {action.help or ''} |\n"


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    shown = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else str(action.metavar or action.dest.upper())
    return f"{shown} ..." if action.nargs == "+" else shown


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(reference(), encoding="utf-8")
    print(TARGET)

"""Reads the settings: defaults < TOML file < environment < secret files. Every mistake is told in one go.

It decides how a written value becomes a typed one, and where it came from. Whether values make sense, alone and together,
is `settings_checks`. It must not know the database, Flask or what a setting is for. Environment names are
FHIRPORTAL_PUBLIC_URL, FHIRPORTAL_HOSPITALS__ALDER__NAME (two underscores go one level down; in a hospital's slug an
underscore stands for a dash). A key ending in `_file` names a file that holds a secret.
"""

import tomllib
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal

from fhirportal.settings import Hospital, Secret, Settings
from fhirportal.settings_checks import check_field, check_whole, nearest, normalised

PREFIX = "FHIRPORTAL_"
NOT_SETTINGS = ("FHIRPORTAL_SETTINGS", "FHIRPORTAL_TEST_")
LARGEST_SECRET = 64 * 1024
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class SettingsError(Exception):
    """The settings cannot be used. `problems` holds one sentence for each mistake, and never a secret."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Loaded:
    """Settings, and for each one that was written somewhere, where: `sources["hospitals.alder.name"]`."""

    settings: Settings
    sources: Mapping[str, str]


@dataclass(frozen=True)
class SettingRow:
    """One setting as an administrator may see it: secrets are masked."""

    name: str
    value: str
    source: str
    doc: str


@dataclass(frozen=True)
class _Raw:
    value: Any
    source: str
    folder: Path
    from_environment: bool = False


_Tree = dict[str, Any]  # names -> _Raw or _Tree


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The deployment's settings. Raises SettingsError with all mistakes."""
    return read(path, environ).settings


def read(path: Path | None, environ: Mapping[str, str]) -> Loaded:
    """As `load`, with the source of each setting."""
    loaded, problems = read_leniently(path, environ)
    if problems:
        raise SettingsError(problems)
    return loaded


def read_leniently(path: Path | None, environ: Mapping[str, str]) -> tuple[Loaded, list[str]]:
    """What can be read, defaults in the place of the rest, and all mistakes: for looking at settings, never for a start."""
    problems: list[str] = []
    tree: _Tree = _from_toml(path, problems) if path is not None else {}
    _lay_environment_over(tree, environ, problems)
    reader = _Reader(problems)
    settings = reader.settings(tree)
    problems += [
        f"{name}: {sentence}"
        for name, sentence in check_whole(settings, frozenset(reader.sources))
        if not any(name == failed or name.startswith(failed + ".") for failed in reader.failed)
    ]
    return Loaded(settings, reader.sources), problems


def describe(loaded: Loaded) -> list[SettingRow]:
    """All settings in the order they are documented, secrets masked."""
    return list(_described(loaded.settings, "", loaded.sources))


def _from_toml(path: Path, problems: list[str]) -> _Tree:
    try:
        with path.open("rb") as file:
            return _raw_tree(tomllib.load(file), path)
    except OSError as error:
        problems.append(f"{path}: cannot be read ({error.strerror})")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path}: is not TOML ({error})")
    return {}


def _raw_tree(table: Mapping[str, Any], path: Path) -> _Tree:
    folder = path.absolute().parent
    return {
        key: _raw_tree(value, path) if isinstance(value, dict) else _Raw(value, str(path), folder)
        for key, value in table.items()
    }


def _lay_environment_over(tree: _Tree, environ: Mapping[str, str], problems: list[str]) -> None:
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable.startswith(NOT_SETTINGS):
            continue
        names = variable.removeprefix(PREFIX).lower().split("__")
        if len(names) > 1 and names[0] == "hospitals":
            names[1] = names[1].replace("_", "-")
        branch: Any = tree
        for name in names[:-1]:
            branch = branch.setdefault(name, {}) if isinstance(branch, dict) else branch
        if not isinstance(branch, dict) or isinstance(branch.get(names[-1]), dict):
            problems.append(f"{variable}: does not fit the other settings")
            continue
        branch[names[-1]] = _Raw(environ[variable], variable, Path.cwd(), from_environment=True)


class _Reader:
    """Turns a tree of raw values into dataclasses. What cannot be read is noted in `problems` and `failed`, and its place is
    held by a default, so that reading goes on."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        self.failed: set[str] = set()
        self.sources: dict[str, str] = {}

    def settings(self, tree: _Tree) -> Settings:
        made: Settings = self._object(Settings, tree, "")
        return made

    def _object(self, cls: type[Any], tree: _Tree, at: str, **given: Any) -> Any:
        hints = typing.get_type_hints(cls)
        known = {f.name: f for f in fields(cls) if f.name not in given}
        self._refuse_unknown(tree, known, hints, at)
        values = {name: self._field(f, hints[name], tree, at) for name, f in known.items()}
        return cls(**given, **values)

    def _refuse_unknown(self, tree: _Tree, known: Mapping[str, Any], hints: Mapping[str, Any], at: str) -> None:
        files = {f"{name}_file" for name in known if _holds_secret(hints[name])}
        for key in tree:
            if key not in known and key not in files:
                self._fail(at + key, f"there is no such setting{nearest(key, [*known, *files])}")

    def _field(self, field: Field[Any], hint: Any, tree: _Tree, at: str) -> Any:
        name, raw = at + field.name, tree.get(field.name)
        if field.name == "hospitals":
            return self._hospitals(raw, name)
        if is_dataclass(hint):
            return self._table(hint, raw, name)
        if _holds_secret(hint):
            raw = self._secret_raw(name, raw, tree.get(f"{field.name}_file"))
        if raw is None:
            return self._left_out(field, hint, name)
        self.sources[name] = raw.source if isinstance(raw, _Raw) else ""
        if isinstance(raw, dict):
            return self._fail(name, "a table stands where a value belongs", _stand_in(field, hint))
        try:
            value = normalised(name, _converted(raw, hint))
        except ValueError as error:
            return self._fail(name, str(error), _stand_in(field, hint))
        trouble = check_field(name, value)
        return value if trouble is None else self._fail(name, trouble, _stand_in(field, hint))

    def _left_out(self, field: Field[Any], hint: Any, name: str) -> Any:
        if name not in self.failed and field.default is MISSING and field.default_factory is MISSING:
            extra = " (give it as " + name.rpartition(".")[2] + "_file)" if _holds_secret(hint) else ""
            self._fail(name, f"is missing{extra}")
        return _stand_in(field, hint)

    def _table(self, cls: Any, raw: Any, name: str) -> Any:
        if isinstance(raw, _Raw):
            self._fail(name, "must be a table")
            raw = None
        return self._object(cls, raw or {}, name + ".")

    def _hospitals(self, raw: Any, name: str) -> Mapping[str, Hospital]:
        if not isinstance(raw, dict):
            if raw is not None:
                self._fail(name, "must hold one table for each hospital: [hospitals.<slug>]")
            return {}
        made = {}
        for slug, table in raw.items():
            at = f"{name}.{slug}"
            trouble = check_field(f"{at}.slug", slug)
            if trouble is not None:
                self._fail(at, trouble)
            if not isinstance(table, dict):
                self._fail(at, "must be a table")
                continue
            hospital = self._object(Hospital, table, at + ".", slug=slug)
            made[slug] = normalised(at, hospital)
        return types.MappingProxyType(made)

    def _secret_raw(self, name: str, raw: Any, file: Any) -> _Raw | None:
        if isinstance(file, _Raw):
            try:
                path = file.folder / _text(file.value)
                return _Raw(_secret_in(path), str(path), file.folder, from_environment=True)
            except ValueError as error:
                self._fail(name + "_file", str(error))
        elif isinstance(raw, _Raw) and raw.from_environment:
            return raw
        elif raw is not None:
            key = name.rpartition(".")[2]
            self._fail(name, f"a secret must not stand in the settings file: keep it in a file, named as {key}_file")
        else:
            return None
        self.failed.add(name)
        return None

    def _fail(self, name: str, sentence: str, instead: Any = None) -> Any:
        self.failed.add(name)
        self.problems.append(f"{name}: {sentence}")
        return instead


def _secret_in(path: Path) -> str:
    """The text of a secret file. Raises ValueError, which never shows any of it."""
    try:
        if path.stat().st_mode & 0o027:
            raise ValueError(f"others can read or change {path}: chmod 600 it")
        with path.open("r", encoding="utf-8") as file:
            text = file.read(LARGEST_SECRET + 1).rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not text") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror})") from None
    if not text.strip() or len(text) > LARGEST_SECRET:
        raise ValueError(f"{path} holds no secret")
    return text


def _holds_secret(hint: Any) -> bool:
    return hint is Secret or Secret in typing.get_args(hint)


def _stand_in(field: Field[Any], hint: Any) -> Any:
    """The default; for a setting without one an empty value, never used: the start has failed by then."""
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    return Secret("") if hint is Secret else ""


def _converted(raw: _Raw, hint: Any) -> Any:
    value = raw.value
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        hint = next(part for part in typing.get_args(hint) if part is not types.NoneType)
    if typing.get_origin(hint) is Literal:
        return _one_of(value, typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        return _texts(value, from_environment=raw.from_environment)
    if hint is Path:
        return _path(raw.folder, _text(value))
    if hint is Secret:
        return Secret(_text(value))
    if hint is bool:
        return _yes_or_no(value, from_environment=raw.from_environment)
    if hint in (int, float):
        return _number(value, hint, from_environment=raw.from_environment)
    return _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        raise ValueError("must not hold control characters")
    return value.strip()


def _path(folder: Path, text: str) -> Path:
    try:
        return (folder / Path(text).expanduser()).resolve()
    except (OSError, RuntimeError):
        raise ValueError("is not a path that can be followed") from None


def _texts(value: Any, *, from_environment: bool) -> tuple[str, ...]:
    if from_environment:
        value = [part for part in _text(value).split(",") if part.strip()]
    if not isinstance(value, list):
        raise ValueError('must be a list: ["...", "..."]')
    return tuple(_text(part) for part in value)


def _one_of(value: Any, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise ValueError(f"must be one of {', '.join(allowed)}{nearest(str(value), allowed)}")
    return str(value)


def _yes_or_no(value: Any, *, from_environment: bool) -> bool:
    if from_environment and str(value).lower() in _YES + _NO:
        return str(value).lower() in _YES
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _number(value: Any, kind: type[int] | type[float], *, from_environment: bool) -> int | float:
    if from_environment:
        try:
            return kind(value)
        except ValueError:
            raise ValueError("must be a number") from None
    if isinstance(value, bool) or not isinstance(value, int if kind is int else (int, float)):
        raise ValueError("must be a number" if kind is float else "must be a whole number")
    return kind(value)


def _described(part: Any, at: str, sources: Mapping[str, str]) -> Iterator[SettingRow]:
    for field in fields(part):
        name, value = at + field.name, getattr(part, field.name)
        if is_dataclass(value):
            yield from _described(value, name + ".", sources)
        elif isinstance(value, Mapping):
            for slug, one in value.items():
                yield from _described(one, f"{name}.{slug}.", sources)
        else:
            yield SettingRow(name, _shown(name, value), sources.get(name, "default"), field.metadata["doc"])


def _shown(name: str, value: Any) -> str:
    if isinstance(value, Secret):
        return "(set)"
    if isinstance(value, tuple):
        return ", ".join(value)
    if name in ("database_url", "kv_url") and "@" in str(value):
        scheme, _, rest = str(value).partition("://")
        return f"{scheme}://(hidden)@{rest.rpartition('@')[2]}"
    return "" if value is None else str(value)

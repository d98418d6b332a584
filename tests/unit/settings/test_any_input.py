"""Whatever is written, the answer is settings or sentences: never another exception."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fhirportal.settings_checks import normalised_url
from fhirportal.settings_file import SettingsError, load

NAMES = st.sampled_from(
    [
        "mode",
        "public_url",
        "master_key",
        "master_key_file",
        "hospitals",
        "alder",
        "client",
        "contacts",
        "branding",
        "name",
        "fhir_base",
        "issuers",
        "languages",
        "time_zone",
        "port",
        "threads",
        "log_level",
        "data_dir",
        "pages_dir",
        "frame_ancestors",
        "trusted_proxies",
        "scopes",
        "auth",
        "client_secret_file",
        "upstream_budget_seconds",
        "slug",
        "x",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "http://[::1",
            "https://a:99999",
            "https://x",
            "//",
            "1e999",
            "nan",
            "-1",
            "٣",
            "/",
            "..",
            "0.0.0.0/0",
            "~nobody/x",
            "\0",
        ]
    ),
)
VALUES = st.one_of(TEXTS, st.integers(), st.floats(), st.booleans(), st.lists(st.one_of(TEXTS, st.integers()), max_size=3))
TABLES = st.recursive(VALUES, lambda inner: st.dictionaries(NAMES, inner, max_size=5), max_leaves=20)


def _toml(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float):
        return repr(value) if value == value else "nan"
    return json.dumps(value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.dictionaries(NAMES, TABLES, max_size=6))
@example(table={"hospitals": {"alder": {"client": 3, "contacts": [], "branding": {"pages_dir": "\0"}}}})
@example(table={"data_dir": "~no-such-user/x", "master_key_file": "~no-such-user/x"})
@example(table={"hospitals": {"alder": {"languages": [[]]}}, "master_key_file": "\0"})
def test_any_file(tmp_path: Path, table: dict[str, Any]) -> None:
    file = tmp_path / "any.toml"
    file.write_text(_toml(table), encoding="utf-8", errors="replace")
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    assert caught.value.problems


@settings(max_examples=150, deadline=None)
@given(
    environ=st.dictionaries(
        st.lists(NAMES, min_size=1, max_size=4).map(lambda names: "FHIRPORTAL_" + "__".join(names).upper()), TEXTS, max_size=6
    )
)
@example(environ={"FHIRPORTAL_HOSPITALS": "x", "FHIRPORTAL_HOSPITALS__ALDER": "y", "FHIRPORTAL_HOSPITALS__ALDER__NAME": "z"})
@example(environ={"FHIRPORTAL_": "x", "FHIRPORTAL___": "x", "FHIRPORTAL_HOSPITALS____NAME": "x"})
def test_any_environment(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, environ)
    assert caught.value.problems


@given(text=TEXTS)
def test_one_spelling_is_one_spelling(text: str) -> None:
    assert normalised_url(normalised_url(text)) == normalised_url(text)


def test_the_file_made_here_is_toml() -> None:
    table = {"a": {"b": [1, "x"], "c": True}, "d": 1.5}
    assert tomllib.loads(_toml(table)) == table

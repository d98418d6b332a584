"""The operator's commands over a real data folder: what they print, what they refuse, and their exit status."""

import base64
import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from fhirportal import cli
from fhirportal.app import Parts
from fhirportal.audit import HEADS_FILE, AuditRow, seal
from fhirportal.settings_file import load
from fhirportal.storage.migrate import upgrade

SETTINGS = """
public_url = "https://portal.example.org"
data_dir = "data"
master_key_file = "master.key"

[hospitals.north]
name = "North Hospital"
fhir_base = "https://fhir.example.org/r4"
languages = ["en", "es"]

[hospitals.north.client]
client_id = "fhirportal"

[hospitals.north.contacts]
emergency_number = "112"
help_phone = "+353 1 555 0140"
help_hours = "8am to 6pm, Monday to Friday"
privacy = "privacy@example.org"
complaints = "complaints@example.org"
"""


def new_key():
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "fhirportal.toml").write_text(SETTINGS)
    (tmp_path / "master.key").write_text(new_key())
    (tmp_path / "master.key").chmod(0o600)
    return tmp_path


@pytest.fixture
def parts(folder):
    made = Parts(load(folder / "fhirportal.toml", {}))
    upgrade(made.engine)
    yield made
    made.close()
    made.engine.dispose()


@pytest.fixture
def fhirportal(folder, capsys):
    def call(*words):
        try:
            status = cli.main([*words, "--settings", str(folder / "fhirportal.toml")])
        except SystemExit as ended:
            status = ended.code
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def test_settings_are_printed_with_their_source_and_without_secrets(folder, fhirportal, monkeypatch):
    monkeypatch.setenv("FHIRPORTAL_HOSPITALS__NORTH__TIME_ZONE", "Europe/Dublin")
    status, out, _ = fhirportal("settings")
    rows = {line.split()[0]: line for line in out.splitlines()}
    assert status == 0
    assert (folder / "master.key").read_text() not in out
    assert "Europe/Dublin" in rows["hospitals.north.time_zone"]
    assert "FHIRPORTAL_HOSPITALS__NORTH__TIME_ZONE" in rows["hospitals.north.time_zone"]
    assert "fhirportal.toml" in rows["public_url"] and "default" in rows["port"]


def test_all_mistakes_are_told_together(folder, fhirportal):
    path = folder / "fhirportal.toml"
    path.write_text(SETTINGS.replace("https://portal", "http://portal").replace("emergency_number", "emergency_numbr"))
    for command in (["settings"], ["keys", "list"], ["audit", "verify"]):
        status, _, err = fhirportal(*command)
        assert status == 2 and "public_url" in err and "emergency_numbr" in err and "Did you mean" in err


def test_keys_are_listed_and_rotated_without_being_shown(parts, fhirportal):
    sealed = parts.keyring.seal("kv", b"kept")
    status, out, _ = fhirportal("keys", "list")
    (line,) = out.splitlines()
    assert status == 0 and " kv " in line and "active" in line
    status, kid, _ = fhirportal("keys", "rotate", "kv", "--at-once")
    assert status == 0
    listed = {row.split()[0]: row for row in fhirportal("keys", "list")[1].splitlines()}
    assert "active" in listed[kid.strip()] and len(listed) == 2
    assert parts.keyring.unseal("kv", sealed) == b"kept"


@pytest.mark.parametrize(
    ("words", "told"),
    [(["rotate", "nothing"], "no such key"), (["rotate", "kv", "--hospital", "south"], "no hospital south")],
)
def test_what_cannot_be_rotated_is_one_sentence(parts, fhirportal, words, told):
    status, out, err = fhirportal("keys", *words)
    assert status == 2 and not out and told in err and len(err.splitlines()) == 1


def test_another_master_key_stops_everything_before_it_starts(folder, parts, fhirportal):
    parts.keyring.seal("kv", b"kept")
    (folder / "master.key").write_text(new_key())
    for command in (["serve"], ["worker"], ["keys", "list"]):
        status, _, err = fhirportal(*command)
        assert status == 2 and "does not open with this master key" in err.splitlines()[-1]


def row(n):
    return AuditRow(
        at=datetime.now(UTC) - timedelta(hours=1),
        hospital="north",
        actor=f"Patient/p{n}",
        account_id=None,
        session_id="s",
        kind="self",
        patient=f"p{n}",
        action="read",
        type="Observation",
        id=f"o{n}",
        params=(),
        outcome="ok",
        app="portal",
        request_id=f"r-{n}",
    )


def test_the_audit_chain_is_whole_until_somebody_changes_it(folder, parts, fhirportal):
    parts.audit.write([row(n) for n in range(3)])
    seal(parts.engine, folder / "data" / HEADS_FILE, datetime.now(UTC))
    parts.audit.write([row(3)])
    assert fhirportal("audit", "verify")[:2] == (0, "3 rows in 1 seals, 1 rows not sealed yet.\n")
    with parts.engine.begin() as connection:
        connection.execute(text("UPDATE audit_rows SET patient = 'p9' WHERE seq = 2"))
    status, out, _ = fhirportal("audit", "verify")
    assert status == 1 and "BROKEN" in out and "p9" not in out


def test_an_audit_log_that_is_not_there_is_said_so(fhirportal):
    status, _, err = fhirportal("audit", "verify")
    assert status == 2 and err.startswith("The audit log cannot be read")

"""Settings: where they come from, and everything that is wrong with them in one go."""

import base64
from pathlib import Path

import pytest

from fhirportal.settings import Secret, Settings
from fhirportal.settings_file import SettingsError, describe, load, read

KEY = base64.b64encode(b"k" * 32).decode()
GOOD = """
public_url = "https://portal.example.org/"
master_key_file = "master.key"

[hospitals.alder]
name = "Alder Hospital"
fhir_base = "https://FHIR.alder.example:443/r4/"
languages = ["en", "es"]
time_zone = "Europe/Dublin"
client.client_id = "portal"
[hospitals.alder.contacts]
emergency_number = "112"
help_phone = "01 555 0100"
help_hours = "8am to 6pm, Monday to Friday"
privacy = "privacy@alder.example"
complaints = "Patient services"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    key = tmp_path / "master.key"
    key.write_text(KEY + "\n")
    key.chmod(0o600)
    return tmp_path


def _load(folder: Path, text: str = GOOD, **environ: str) -> Settings:
    (folder / "fhirportal.toml").write_text(text)
    return load(folder / "fhirportal.toml", environ)


def _problems(folder: Path, text: str = GOOD, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        _load(folder, text, **environ)
    return caught.value.problems


def _with(line: str, at: str = "[hospitals.alder]") -> str:
    return GOOD.replace(at, f"{at}\n{line}", 1)


def test_a_small_file_is_enough(folder: Path) -> None:
    settings = _load(folder)
    alder = settings.hospitals["alder"]
    assert settings.public_url == "https://portal.example.org"
    assert settings.master_key.reveal() == KEY
    assert settings.secure
    assert (alder.slug, alder.fhir_base) == ("alder", "https://fhir.alder.example/r4")
    assert alder.issuers == ("https://fhir.alder.example/r4",)
    assert alder.languages == ("en", "es")
    assert alder.contacts.emergency_number == "112"
    assert (settings.threads, alder.currency, alder.client.auth) == (64, "USD", "public")


def test_the_environment_is_over_the_file(folder: Path) -> None:
    settings = _load(
        folder,
        FHIRPORTAL_PORT="9000",
        FHIRPORTAL_UPSTREAM_BUDGET_SECONDS="2.5",
        FHIRPORTAL_TRUSTED_PROXIES="10.0.0.0/8, 192.168.1.1",
        FHIRPORTAL_HOSPITALS__ALDER__NAME="Another name",
        FHIRPORTAL_HOSPITALS__ALDER__STANDALONE_LAUNCH="no",
        FHIRPORTAL_HOSPITALS__ALDER__CONTACTS__HELP_EMAIL="help@alder.example",
        FHIRPORTAL_SETTINGS="elsewhere.toml",
        UNRELATED="x",
    )
    alder = settings.hospitals["alder"]
    assert (settings.port, settings.upstream_budget_seconds) == (9000, 2.5)
    assert settings.trusted_proxies == ("10.0.0.0/8", "192.168.1.1")
    assert (alder.name, alder.standalone_launch) == ("Another name", False)
    assert alder.contacts.help_email == "help@alder.example"


def test_the_environment_alone_is_enough(folder: Path) -> None:
    at = "FHIRPORTAL_HOSPITALS__ST_MARY__"
    environ = {
        "FHIRPORTAL_MODE": "demo",
        "FHIRPORTAL_PUBLIC_URL": "http://localhost:8000",
        "FHIRPORTAL_MASTER_KEY": KEY,
        at + "NAME": "St Mary",
        at + "FHIR_BASE": "http://127.0.0.1:9000/fhir",
        at + "CLIENT__CLIENT_ID": "portal",
    }
    settings = load(None, environ)
    assert settings.hospitals["st-mary"].slug == "st-mary"
    assert settings.master_key == Secret(KEY)
    assert settings.demo


def test_secret_files_are_over_the_environment(folder: Path) -> None:
    assert _load(folder, FHIRPORTAL_MASTER_KEY="wrong").master_key.reveal() == KEY


def test_relative_paths_start_at_the_file(folder: Path) -> None:
    (folder / "pages").mkdir()
    settings = _load(folder, 'data_dir = "d"\n' + GOOD + '[hospitals.alder.branding]\npages_dir = "pages"\n')
    assert settings.data_dir == folder / "d"
    assert settings.hospitals["alder"].branding.pages_dir == folder / "pages"


def test_client_secrets_come_from_files(folder: Path) -> None:
    secret = folder / "client.secret"
    secret.write_text("s3cret\n")
    secret.chmod(0o600)
    text = _with('client.auth = "client_secret_basic"\nclient.client_secret_file = "client.secret"')
    client = _load(folder, text).hospitals["alder"].client
    assert client.client_secret == Secret("s3cret")
    assert "s3cret" not in repr(client)


def test_all_mistakes_are_told_together(folder: Path) -> None:
    problems = _problems(
        folder,
        """
        public_url = "http://portal.example.org"
        prot = 8000
        threads = "many"
        log_level = "lots"
        [hospitals.alder]
        nam = "Alder"
        fhir_base = "ftp://x"
        time_zone = "Europe/Dublyn"
        languages = []
        client.auth = "client_secret_basic"
        [hospitals.Big_One]
        """,
        FHIRPORTAL_HOSPITALS__ALDER__CURRENCY="euro",
    )
    names = {problem.partition(":")[0] for problem in problems}
    assert names >= {
        "public_url",
        "prot",
        "threads",
        "log_level",
        "master_key",
        "hospitals.alder.nam",
        "hospitals.alder.name",
        "hospitals.alder.fhir_base",
        "hospitals.alder.time_zone",
        "hospitals.alder.languages",
        "hospitals.alder.currency",
        "hospitals.alder.client.client_id",
        "hospitals.alder.client.client_secret",
        "hospitals.alder.contacts.emergency_number",
        "hospitals.Big_One",
        "hospitals.Big_One.name",
    }
    assert "prot: there is no such setting. Did you mean port?" in problems
    assert any("Did you mean Europe/Dublin?" in one for one in problems)


def test_one_mistake_is_told_once(folder: Path) -> None:
    assert len(_problems(folder, GOOD.replace('"https://FHIR.alder.example:443/r4/"', '"nonsense"'))) == 1
    assert len(_problems(folder, GOOD.replace('languages = ["en", "es"]', "languages = 3"))) == 1
    assert len(_problems(folder, GOOD.replace('master_key_file = "master.key"', 'master_key_file = "no.key"'))) == 1
    assert len(_problems(folder, GOOD.replace('master_key_file = "master.key"', ""))) == 1


@pytest.mark.parametrize("missing", ["emergency_number", "help_phone", "help_hours", "privacy", "complaints", "languages"])
def test_production_does_not_start_without(folder: Path, missing: str) -> None:
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(missing))
    (problem,) = _problems(folder, text)
    assert missing in problem


DEMO = {"FHIRPORTAL_MODE": "demo", "FHIRPORTAL_PUBLIC_URL": "http://localhost:8000"}


def test_the_demo_needs_no_contacts(folder: Path) -> None:
    text = GOOD.partition("[hospitals.alder.contacts]")[0]
    settings = _load(folder, text + 'relatives = "unsafe-without-age-rules"\n', **DEMO)
    assert settings.hospitals["alder"].relatives == "unsafe-without-age-rules"


@pytest.mark.parametrize(
    "environ",
    [
        {"FHIRPORTAL_PUBLIC_URL": "http://portal.example.org"},
        {"FHIRPORTAL_PUBLIC_URL": "https://portal.example.org/path"},
        {"FHIRPORTAL_PUBLIC_URL": "https://me@portal.example.org"},
        {"FHIRPORTAL_PUBLIC_URL": "portal.example.org"},
        {"FHIRPORTAL_PUBLIC_URL": "https://portal.example.org:port"},
        DEMO | {"FHIRPORTAL_PUBLIC_URL": "https://portal.example.org"},
        DEMO | {"FHIRPORTAL_HOST": "0.0.0.0"},
        {"FHIRPORTAL_TRUSTED_PROXIES": "0.0.0.0/0"},
        {"FHIRPORTAL_TRUSTED_PROXIES": "proxy.example.org"},
        {"FHIRPORTAL_PORT": "0"},
        {"FHIRPORTAL_PORT": "eighty"},
        {"FHIRPORTAL_THREADS": ""},
        {"FHIRPORTAL_SESSION_IDLE_MINUTES": "1000"},
        {"FHIRPORTAL_UPSTREAM_BUDGET_SECONDS": "nan"},
        {"FHIRPORTAL_DATABASE_URL": "mysql://x"},
        {"FHIRPORTAL_KV_URL": "memcached://x"},
        {"FHIRPORTAL_MODE": "prod"},
        {"FHIRPORTAL_HOSPITALS": "alder"},
        {"FHIRPORTAL_PORT__X": "1"},
        {"FHIRPORTAL_HOSPITALS__ALDER": "x"},
        {"FHIRPORTAL_HOSPITALS__ALDER__SLUG": "other"},
        {"FHIRPORTAL_HOSPITALS__LAUNCH__NAME": "x"},
        {"FHIRPORTAL_HOSPITALS__ALDER__FHIR_BASE": "http://fhir.alder.example"},
        {"FHIRPORTAL_HOSPITALS__ALDER__FHIR_BASE": "https://10.0.0.8/fhir"},
        {"FHIRPORTAL_HOSPITALS__ALDER__FHIR_BASE": "https://fhir.alder.example/r4?x=1"},
        {"FHIRPORTAL_HOSPITALS__ALDER__ISSUERS": "http://fhir.alder.example"},
        {"FHIRPORTAL_HOSPITALS__ALDER__LANGUAGES": "en,en"},
        {"FHIRPORTAL_HOSPITALS__ALDER__LANGUAGES": "english"},
        {"FHIRPORTAL_HOSPITALS__ALDER__LANGUAGES": "xx"},
        {"FHIRPORTAL_HOSPITALS__ALDER__CURRENCY": "EURO"},
        {"FHIRPORTAL_HOSPITALS__ALDER__COUNTRY": "QX"},
        {"FHIRPORTAL_HOSPITALS__ALDER__RELATIVES": "unsafe-without-age-rules"},
        {"FHIRPORTAL_HOSPITALS__ALDER__FRAME_ANCESTORS": "https://*.example.org"},
        {"FHIRPORTAL_HOSPITALS__ALDER__FRAME_ANCESTORS": "http://ehr.example.org"},
        {"FHIRPORTAL_HOSPITALS__ALDER__FEATURES_OFF": "result"},
        {"FHIRPORTAL_HOSPITALS__ALDER__BRANDING__LOGO": "../secret.svg"},
        {"FHIRPORTAL_HOSPITALS__ALDER__BRANDING__PAGES_DIR": "/no/such/folder"},
        {"FHIRPORTAL_HOSPITALS__ALDER__TERMS_VERSION": "1 2"},
        {"FHIRPORTAL_HOSPITALS__ALDER__NAME": ""},
        {"FHIRPORTAL_HOSPITALS__ALDER__NAME": "a\nb"},
        {"FHIRPORTAL_HOSPITALS__ALDER__CLIENT__AUTH": "client_secret_post"},
        {"FHIRPORTAL_HOSPITALS__ALDER__CLIENT__CLIENT_SECRET": "x"},
        {"FHIRPORTAL_HOSPITALS__ALDER__CLIENT__SCOPES": "openid fhirUser patient/*.rs"},
        {"FHIRPORTAL_HOSPITALS__ALDER__CLIENT__SCOPES": "launch  openid"},
        {"FHIRPORTAL_HOSPITALS__ALDER__CLIENT__STANDALONE_SCOPES": "openid fhirUser patient/*.rs"},
        {
            "FHIRPORTAL_HOSPITALS__ALDER__CLINICIAN_PREVIEW": "yes",
            "FHIRPORTAL_HOSPITALS__ALDER__LAUNCHES_PATIENTS_ONLY": "yes",
        },
        {"FHIRPORTAL_HOSPITALS__ALDER__STANDALONE_LAUNCH": "maybe"},
    ],
    ids=lambda environ: " ".join(f"{k.removeprefix('FHIRPORTAL_')}={v}" for k, v in environ.items()),
)
def test_what_cannot_be_used_stops_the_start(folder: Path, environ: dict[str, str]) -> None:
    problems = _problems(folder, **environ)
    assert all(len(problem) > 10 for problem in problems)


def test_two_hospitals_cannot_share_an_issuer(folder: Path) -> None:
    second = GOOD.partition("[hospitals.alder]")[2].replace("hospitals.alder.", "hospitals.fenwick.")
    (problem,) = _problems(folder, GOOD + "[hospitals.fenwick]" + second)
    assert problem == "hospitals.fenwick.issuers: https://fhir.alder.example/r4 already belongs to alder"


def test_no_hospital_is_a_mistake(folder: Path) -> None:
    (problem,) = _problems(folder, GOOD.partition("[hospitals.alder]")[0])
    assert problem.startswith("hospitals: no hospital")


def test_private_addresses_need_a_yes(folder: Path) -> None:
    environ = {"FHIRPORTAL_HOSPITALS__ALDER__FHIR_BASE": "https://10.0.0.8/fhir"}
    assert "allow_private_addresses" in _problems(folder, **environ)[0]
    _load(folder, **environ, FHIRPORTAL_HOSPITALS__ALDER__ALLOW_PRIVATE_ADDRESSES="true")


@pytest.mark.parametrize("mode", [0o604, 0o620, 0o666])
def test_a_secret_others_can_read_is_refused(folder: Path, mode: int) -> None:
    (folder / "master.key").chmod(mode)
    (problem,) = _problems(folder)
    assert "chmod 600" in problem


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * 70_000])
def test_a_file_without_a_secret_is_refused(folder: Path, content: bytes) -> None:
    (folder / "master.key").write_bytes(content)
    (problem,) = _problems(folder)
    assert problem.startswith("master_key_file: ")


def test_secrets_never_show(folder: Path) -> None:
    inside = GOOD.replace('master_key_file = "master.key"', 'master_key = "hush-hush"')
    (problem,) = _problems(folder, inside)
    assert "hush" not in problem
    assert "master_key_file" in problem
    (problem,) = _problems(folder, GOOD.replace("master_key_file", "# "), FHIRPORTAL_MASTER_KEY="hush-hush")
    assert "hush" not in problem


def test_a_broken_or_missing_file(folder: Path) -> None:
    assert "is not TOML" in _problems(folder, "public_url = ")[0]
    with pytest.raises(SettingsError) as caught:
        load(folder / "nothing.toml", {})
    assert "cannot be read" in caught.value.problems[0]


@pytest.mark.parametrize(
    "line", ["contacts = 3", "client = 3", "name = {x = 1}", "name = 3", "standalone_launch = 1", 'languages = "en"']
)
def test_the_wrong_kind_of_value(folder: Path, line: str) -> None:
    text = "\n".join(part for part in GOOD.splitlines() if not part.startswith(line.split(" ")[0]))
    if line.startswith("contacts"):
        text = text.partition("[hospitals.alder.contacts]")[0]
    assert _problems(folder, text.replace("[hospitals.alder]", f"[hospitals.alder]\n{line}"))


def test_description_names_sources_and_hides_secrets(folder: Path) -> None:
    (folder / "fhirportal.toml").write_text('kv_url = "rediss://me:pass@redis.example:6379/0"\n' + GOOD)
    rows = {row.name: row for row in describe(read(folder / "fhirportal.toml", {"FHIRPORTAL_HOSPITALS__ALDER__NAME": "A"}))}
    assert rows["hospitals.alder.name"].source == "FHIRPORTAL_HOSPITALS__ALDER__NAME"
    assert rows["public_url"].source == str(folder / "fhirportal.toml")
    assert rows["master_key"].source == str(folder / "master.key")
    assert rows["threads"].source == "default"
    assert rows["kv_url"].value == "rediss://(hidden)@redis.example:6379/0"
    assert rows["hospitals.alder.languages"].value == "en, es"
    assert all(KEY not in row.value and row.doc for row in rows.values())

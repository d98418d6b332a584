"""What a deployment can set, as frozen typed values; `settings_file` reads them from TOML, environment and secret files.

It decides names, types and defaults. It must not know Flask, the database or any hospital's data. A field's docstring line
(the `doc` in its metadata) becomes the generated settings reference; a field without one fails a house test.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from pathlib import Path
from typing import Any, Literal

ClientAuth = Literal["public", "client_secret_basic", "client_secret_post", "private_key_jwt"]
Mode = Literal["production", "demo"]


def setting(doc: str, default: Any = MISSING, *, factory: Any = MISSING) -> Any:
    """A documented dataclass field: `doc` is one sentence for the settings reference."""
    if factory is not MISSING:
        return field(default_factory=factory, metadata={"doc": doc})
    return field(default=default, metadata={"doc": doc})


class Secret:
    """A value that never prints itself; `reveal()` is the only way to read it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(set)" if self._value else "Secret(empty)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, kw_only=True)
class Contacts:
    """Whom a patient turns to; stands in every footer and error page. All required outside the demo."""

    emergency_number: str = setting("What to call in an emergency, for example 112 or 999.", "")
    help_phone: str = setting("Telephone number of the portal's help line.", "")
    help_hours: str = setting("When the help line answers, in words: 8am to 6pm, Monday to Friday.", "")
    help_email: str = setting("E-mail address of the help line, if there is one.", "")
    privacy: str = setting("Whom to ask about privacy: a name, an address or a telephone number.", "")
    complaints: str = setting("Where to complain.", "")
    security: str = setting("Where to report a security problem.", "")


@dataclass(frozen=True, kw_only=True)
class Client:
    """How we, as a SMART app, introduce ourselves to the hospital's authorization server."""

    client_id: str = setting("The client_id under which the hospital's server knows this portal.")
    auth: ClientAuth = setting("public, client_secret_basic, client_secret_post or private_key_jwt.", "public")
    client_secret: Secret | None = setting("The client secret; give it as client_secret_file.", None)
    signing_alg: Literal["RS384", "ES384"] = setting("Algorithm of our client assertions (private_key_jwt).", "RS384")
    scopes: str = setting(
        "The scopes we ask for, as one string.",
        "launch openid fhirUser offline_access patient/*.rs",
    )
    standalone_scopes: str = setting(
        "The scopes we ask for when a patient starts at the portal instead of the EHR.",
        "launch/patient openid fhirUser offline_access patient/*.rs",
    )


@dataclass(frozen=True, kw_only=True)
class Branding:
    """How the hospital looks."""

    theme: str = setting("Name of a theme: alder, fenwick or marisol, or one of the hospital's own.", "alder")
    portal_name: str = setting("What the portal is called under the hospital's name.", "My health record")
    logo: str = setting("File name of an SVG in the static folder; empty: the built-in mark.", "")
    pages_dir: Path | None = setting("Folder with Markdown pages (about.en.md, terms.es.md, ...) that replace ours.", None)


@dataclass(frozen=True, kw_only=True)
class Hospital:
    """One hospital in the deployment: `[hospitals.<slug>]`. The slug stands in addresses and never changes."""

    slug: str = setting("Short name in addresses: lower-case letters, digits and dashes; never changes.")
    name: str = setting("The hospital's name as patients know it.")
    fhir_base: str = setting("Base address of the hospital's FHIR R4 server.")
    issuers: tuple[str, ...] = setting("The `iss` values accepted from launches; default: fhir_base alone.", ())
    client: Client = setting("How we sign in to the hospital's server.")
    vendor: str = setting("Vendor profile: generic, or another name in upstream/quirks.", "generic")
    branding: Branding = setting("Look and names.", factory=lambda: Branding())
    contacts: Contacts = setting(
        "Whom patients turn to. Outside the demo all are required but help_email and security.", factory=lambda: Contacts()
    )
    time_zone: str = setting("IANA zone of the hospital's sites, for example Europe/Dublin.", "UTC")
    zone_name: str = setting("What patients call that zone: Irish time; empty: the zone's own name.", "")
    languages: tuple[str, ...] = setting(
        "Languages offered, the first is the default; must be named outside the demo.", ("en",)
    )
    currency: str = setting("ISO 4217 code used where a bill names none.", "USD")
    country: str = setting("ISO 3166 country, for telephone links and formats.", "US")
    standalone_launch: bool = setting("Whether patients may start at the portal and sign in at the EHR.", True)
    clinician_preview: bool = setting("Whether a clinician may launch a read-only preview.", False)
    launches_patients_only: bool = setting(
        "This server's launches always are the patient in person, even where it sends no fhirUser.", False
    )
    relatives: Literal["off", "unsafe-without-age-rules"] = setting(
        "Whether relatives may launch. Off until age rules exist; the other value is for the demo.", "off"
    )
    frame_ancestors: tuple[str, ...] = setting("Origins of EHRs that may show the portal in a frame.", ())
    allow_private_addresses: bool = setting(
        "Whether the FHIR server may be on a private address. Needed where it is inside the hospital's network.", False
    )
    terms_version: str = setting("Version of the terms; a new value asks everyone again.", "1")
    features_off: tuple[str, ...] = setting("Pages to switch off: appointments, results, medicines, bills.", ())


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole deployment."""

    mode: Mode = setting("production or demo; the demo relaxes what only a loopback demo may relax.", "production")
    public_url: str = setting("The portal's own address, the only source of every address we print.")
    data_dir: Path = setting("Folder for SQLite files, audit checkpoints and the master key.", Path("data"))
    database_url: str = setting("SQLAlchemy address of the database; empty: SQLite in data_dir.", "")
    kv_url: str = setting("Redis address for sessions and locks, or sql to use the database; empty: SQLite.", "")
    master_key: Secret = setting("Seals the key ring; give it as master_key_file. 32 bytes in base64.")
    trusted_proxies: tuple[str, ...] = setting("Networks whose X-Forwarded-For we believe; default: none.", ())
    host: str = setting("Address the web server listens on.", "127.0.0.1")
    port: int = setting("Port the web server listens on.", 8000)
    threads: int = setting("Requests answered at once by one process.", 64)
    session_idle_minutes: int = setting("A session without a request for this long ends.", 30)
    session_absolute_hours: int = setting("A session ends after this long in any case.", 12)
    audit_keep_days: int = setting("How long audit rows are kept.", 2190)
    upstream_budget_seconds: float = setting("Most time a page may spend waiting for the hospital's system.", 4.0)
    upstream_max_bytes: int = setting("Largest answer accepted from the hospital's system.", 32 * 1024 * 1024)
    log_level: str = setting("debug, info, warning or error.", "info")
    hospitals: Mapping[str, Hospital] = setting("The hospitals, by slug.", factory=dict)

    @property
    def secure(self) -> bool:
        """Whether cookies are Secure and `__Host-`: whenever the portal's own address is https."""
        return self.public_url.startswith("https://")

    @property
    def demo(self) -> bool:
        return self.mode == "demo"

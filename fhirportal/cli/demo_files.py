"""What the demo writes down before anything starts: settings for the portal, a configuration for the sandbox, demo.json for
scripts. It decides names, addresses and defaults of the demo; starting processes is `demo`'s.
"""

import base64
import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fhirportal.sandbox.config import Base, SandboxConfig
from fhirportal.sandbox.smart.clients import Client
from fhirportal.sandbox.smart.demo_people import demo_people
from fhirportal.sandbox.smart.people import Person

FAMILY = "alder"
CLIENT_ID = "fhirportal"
THEMES = ("fenwick", "marisol", "alder")
STAFF = ("staff", "staff")


@dataclass(frozen=True)
class Layout:
    """The demo's folder, addresses and hospitals: (slug, name, paths to load; none for the family's)."""

    folder: Path
    portal_port: int
    sandbox_port: int
    control_token: str
    hospitals: tuple[tuple[str, str, tuple[Path, ...]], ...]

    @property
    def portal(self) -> str:
        # two sites with different cookies, so that SameSite mistakes show
        return f"http://localhost:{self.portal_port}"

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def settings_file(self) -> Path:
        return self.folder / "fhirportal.toml"

    @property
    def sandbox_file(self) -> Path:
        return self.folder / "sandbox.json"

    @property
    def demo_file(self) -> Path:
        return self.folder / "demo.json"


def hospitals_of(loads: Sequence[Path]) -> tuple[tuple[str, str, tuple[Path, ...]], ...]:
    """The family's hospital, and one more for each path; slugs come from the paths' names and never collide."""
    found: list[tuple[str, str, tuple[Path, ...]]] = [(FAMILY, "Alder Quay Hospital", ())]
    for path in loads:
        words = re.sub(r"[^a-z0-9]+", "-", path.name.split(".")[0].lower()).strip("-")[:30] or "loaded"
        taken = {slug for slug, _, _ in found}
        slug = next(s for s in (words, *(f"{words}-{n}" for n in range(2, 1000))) if s not in taken)
        found.append((slug, f"{words.replace('-', ' ').title()} Hospital", (path,)))
    return tuple(found)


def master_key_file(folder: Path) -> Path:
    """32 random bytes in base64, readable by the owner only; kept between starts."""
    path = folder / "master.key"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as target:
            target.write(base64.b64encode(secrets.token_bytes(32)).decode())
    return path


def write_settings(layout: Layout) -> None:
    """The portal's settings as a hospital would write them, in TOML."""
    lines = [
        'mode = "demo"',
        f"public_url = {json.dumps(layout.portal)}",
        f"data_dir = {json.dumps(str(layout.folder / 'portal'))}",
        f"master_key_file = {json.dumps(str(master_key_file(layout.folder)))}",
        f"port = {layout.portal_port}",
    ]
    for n, (slug, name, paths) in enumerate(layout.hospitals):
        theme = "alder" if slug == FAMILY else THEMES[(n - 1) % len(THEMES)]
        lines += ["", *_hospital_lines(layout, slug, name, theme, loaded=bool(paths))]
    layout.settings_file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _hospital_lines(layout: Layout, slug: str, name: str, theme: str, *, loaded: bool) -> list[str]:
    fhir = f"{layout.sandbox}/{slug}/fhir"
    place = {
        "time_zone": "America/New_York" if loaded else "Europe/Dublin",
        "zone_name": "" if loaded else "Irish time",
        "currency": "USD" if loaded else "EUR",
        "country": "US" if loaded else "IE",
    }
    rows = {
        "name": name,
        "fhir_base": fhir,
        "languages": ["en", "es", "ar"],
        "allow_private_addresses": True,
        "relatives": "unsafe-without-age-rules",
        "clinician_preview": True,
        **place,
    }
    contacts = {
        "emergency_number": "911" if loaded else "112 or 999",
        "help_phone": "+1 555 010 0140" if loaded else "+353 1 555 0140",
        "help_hours": "8am to 6pm, Monday to Friday",
        "help_email": f"help@{slug}.example",
        "privacy": f"privacy@{slug}.example",
        "complaints": f"complaints@{slug}.example",
        "security": f"security@{slug}.example",
    }
    return [
        f"[hospitals.{slug}]",
        *(f"{key} = {json.dumps(value)}" for key, value in rows.items()),
        f"[hospitals.{slug}.client]",
        f'client_id = "{CLIENT_ID}"',
        f"[hospitals.{slug}.branding]",
        f'theme = "{theme}"',
        f"[hospitals.{slug}.contacts]",
        *(f"{key} = {json.dumps(value)}" for key, value in contacts.items()),
    ]


def sandbox_config(layout: Layout) -> SandboxConfig:
    """The hospitals' side: bases, people, and the portal as a registered app."""
    bases = tuple(
        Base(
            slug=slug,
            name=name,
            people=demo_people() if slug == FAMILY else (),
            clients=(_portal_client(layout, slug),),
            derive_people=slug != FAMILY,
        )
        for slug, name, _ in layout.hospitals
    )
    return SandboxConfig(
        data_dir=layout.folder / "sandbox", public_url=layout.sandbox, bases=bases, control_token=layout.control_token
    )


def _portal_client(layout: Layout, slug: str) -> Client:
    return Client(
        client_id=CLIENT_ID,
        name="fhirportal",
        redirect_uris=(f"{layout.portal}/signin/{slug}/callback",),
        launch_uri=f"{layout.portal}/launch/{slug}",
    )


def write_demo_json(layout: Layout, config: SandboxConfig, people: dict[str, list[Person]]) -> None:
    """demo.json: everything a script needs to use the demo. `people` are listed by hospital slug."""
    body = {
        "portal": layout.portal,
        "sandbox": layout.sandbox,
        "control_token": config.control_token,
        "hospitals": [
            {
                "slug": base.slug,
                "name": base.name,
                "fhir": f"{layout.sandbox}/{base.slug}/fhir",
                "facade": f"{layout.portal}/fhir/{base.slug}",
                "desk": f"{layout.sandbox}/{base.slug}/desk",
                "signin": f"{layout.portal}/signin/{base.slug}",
            }
            for base in config.bases
        ],
        "people": [
            {
                "key": person.key,
                "name": person.name,
                "hospital": slug,
                "patient": person.patient,
                "username": person.login,
                "password": person.password,
            }
            for slug, members in people.items()
            for person in members
        ],
        "staff": {"username": STAFF[0], "password": config.staff_password},
        "apps": [{"client_id": c.client_id, "name": c.name, "hospital": b.slug} for b in config.bases for c in b.clients],
    }
    handle = os.open(layout.demo_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        json.dump(body, target, indent=2, ensure_ascii=False)

"""Every address the portal answers, from the app itself: `python -m tests.house.addresses` writes tests/house/routes.txt."""

import base64
import tempfile
from pathlib import Path

from fhirportal.settings import Secret, Settings

TARGET = Path(__file__).parent / "routes.txt"


def list_routes() -> list[str]:
    """`GET /c/<handle>/results`, one for each method but HEAD and OPTIONS, in order."""
    from fhirportal.app import Parts, create_app

    with tempfile.TemporaryDirectory() as folder:
        key = Secret(base64.b64encode(bytes(32)).decode())
        parts = Parts(Settings(mode="demo", public_url="http://localhost", data_dir=Path(folder), master_key=key))
        rules = list(create_app(parts).url_map.iter_rules())
        parts.close()
        parts.engine.dispose()
    return sorted({f"{m} {r.rule}" for r in rules for m in (r.methods or ()) if m not in ("HEAD", "OPTIONS")}, key=_by_address)


def _by_address(route: str) -> tuple[str, str]:
    method, _, rule = route.partition(" ")
    return rule, method


if __name__ == "__main__":
    TARGET.write_text("".join(f"{route}\n" for route in list_routes()), encoding="utf-8")
    print(TARGET)

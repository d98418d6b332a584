"""The repository as the house tests see it: its tracked files and the rooms they are in."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("fhirportal", "smart_launch", "mappings")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file git tracks or would track (new and not ignored), relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(Path(name) for name in sorted(set(filter(None, listed.split("\0")))) if (ROOT / name).is_file())


def product() -> tuple[Path, ...]:
    return tuple(p for p in tracked() if p.suffix == ".py" and p.parts[0] in PACKAGES)


def python() -> tuple[Path, ...]:
    return tuple(p for p in tracked() if p.suffix == ".py")


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")

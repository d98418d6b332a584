#!/usr/bin/env python3
"""Takes named files out of npm packages into the static folder, and checks that what is committed is exactly those.

    .ci/vendor.py           fetch the packages with npm as this machine has it configured, copy, check
    .ci/vendor.py --check   check the committed files only; no network

A file changes here by a new version and a new checksum in FILES, never by hand.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

STATIC = Path(__file__).resolve().parent.parent / "fhirportal" / "layout" / "static"
ATKINSON = "@fontsource-variable/atkinson-hyperlegible-next@5.3.0"
LITERATA = "@fontsource-variable/literata@5.3.0"
HTMX = "htmx.org@2.0.11"


class Vendored(NamedTuple):
    """One file: out of which package, which file in it, where it goes, the SHA-256 it must have."""

    package: str
    source: str
    target: str
    sha256: str


FILES = (
    Vendored(
        ATKINSON,
        "files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
        "fonts/atkinson-latin.woff2",
        "18b2a1a39a2fa298b0ba5390aca68462669826c90925656f1c1f6796e0e1bbaf",
    ),
    Vendored(
        ATKINSON,
        "files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
        "fonts/atkinson-latin-ext.woff2",
        "7dae0c6c66af1aec82e096186aeb1f0e6fa36ab8061ed65422f2b7daf4dd93f3",
    ),
    Vendored(
        ATKINSON, "LICENSE", "fonts/atkinson-LICENSE.txt", "474a034e99845062f661855caaa505880d0e9009deddc2727a92795eab374955"
    ),
    Vendored(
        LITERATA,
        "files/literata-latin-wght-normal.woff2",
        "fonts/literata-latin.woff2",
        "9adbeac5b167fe5ad6c49d9e29aa0c76e2f1bb3b46bf4ebf12a9eca7d3525384",
    ),
    Vendored(
        LITERATA,
        "files/literata-latin-ext-wght-normal.woff2",
        "fonts/literata-latin-ext.woff2",
        "46792f7cd10b28fb512161caeaaa11b049feb2221ccaa72bb4d4ccc286199155",
    ),
    Vendored(
        LITERATA, "LICENSE", "fonts/literata-LICENSE.txt", "9895ebc015226accf416b758ac1ca02a2fb4f83a89d316791ef697c3dc0852aa"
    ),
    Vendored(HTMX, "dist/htmx.min.js", "js/htmx.min.js", "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"),
    Vendored(HTMX, "LICENSE", "js/htmx-LICENSE.txt", "d3d2456f76414f2456104660ebd65aff1c04cd7966b942bdabd63f3cdb316a38"),
)


def fetch(package: str, folder: Path) -> dict[str, bytes]:
    """Every regular file of a package, by its path inside."""
    done = subprocess.run(
        ["npm", "pack", package, "--silent"], cwd=folder, check=True, capture_output=True, text=True, timeout=300
    )
    archive = folder / done.stdout.split()[-1]
    with tarfile.open(archive) as tar:
        members = [member for member in tar.getmembers() if member.isfile()]
        return {m.name.split("/", 1)[1]: f.read() for m in members if (f := tar.extractfile(m))}


def copy() -> None:
    """Fetches each package once and writes its files; stops at the first wrong checksum, writing nothing of it."""
    with tempfile.TemporaryDirectory() as folder:
        packages = {name: fetch(name, Path(folder)) for name in dict.fromkeys(file.package for file in FILES)}
    for file in FILES:
        content = packages[file.package][file.source]
        if (found := hashlib.sha256(content).hexdigest()) != file.sha256:
            sys.exit(f"{file.package} {file.source}: expected {file.sha256}, found {found}")
        target = STATIC / file.target
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def wrong() -> list[str]:
    """The committed files that are missing or not what FILES says."""
    return [
        file.target
        for file in FILES
        if not (path := STATIC / file.target).is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256
    ]


def main() -> None:
    if "--check" not in sys.argv[1:]:
        copy()
    if bad := wrong():
        sys.exit("not as vendored: " + ", ".join(bad))


if __name__ == "__main__":
    main()

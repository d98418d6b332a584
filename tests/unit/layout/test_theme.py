"""Every theme in every mode: text 4.5:1, borders and charts 3:1, computed from the tokens; and what the styles may hold."""

import gzip
import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LAYOUT = ROOT / "fhirportal" / "layout"
TOKENS = (LAYOUT / "static/css/tokens.css").read_text("utf-8")
PORTAL = (LAYOUT / "static/css/portal.css").read_text("utf-8")
THEMES = ("alder", "fenwick", "marisol")
MODES = ("light", "dark", "contrast")
AREAS = ("visits", "results", "medicines", "messages", "bills", "records")

TEXT = [
    ("text", "ground"),
    ("text", "surface"),
    ("text", "sunken"),
    ("text-soft", "ground"),
    ("text-soft", "surface"),
    ("text-soft", "sunken"),
    ("brand", "ground"),
    ("brand", "surface"),
    ("brand", "tint"),
    ("on-brand", "brand"),
    ("on-brand", "brand-press"),
    ("hero-text", "hero"),
    ("hero-soft", "hero"),
    ("hero-accent", "hero"),
    ("on-hero-btn", "hero-btn"),
    ("on-hero-btn", "hero-text"),
    ("text", "tint"),
    ("text", "notice-tint"),
    ("text", "urgent-tint"),
    ("text", "good-tint"),
    ("on-acting", "acting"),
    ("good", "surface"),
    ("good", "good-tint"),
    ("notice", "surface"),
    ("notice", "notice-tint"),
    ("urgent", "urgent-tint"),
    ("good", "chart-band"),
    ("text", "records-tint"),
    ("ground", "text"),
    *((area, f"{area}-tint") for area in AREAS),
    *((area, "surface") for area in AREAS),
    *((area, "ground") for area in AREAS),
]
SHAPES = [
    ("rule-strong", "surface"),
    ("rule-strong", "ground"),
    ("focus", "ground"),
    ("focus", "surface"),
    ("chart-line", "surface"),
    ("chart-band-edge", "surface"),
    ("notice", "chart-band"),
    ("chart-line", "chart-band"),
    ("notice", "chart-out"),
]


def blocks(selector):
    """The declarations of every rule with exactly this selector."""
    plain = re.sub(r"/\*.*?\*/", "", TOKENS, flags=re.S)
    found = {}
    for body in re.findall(r"(?:^|\}|\s)" + re.escape(selector) + r"\s*\{([^{}]*)\}", plain):
        found |= dict(re.findall(r"--fp-([\w-]+):\s*([^;]+);", body))
    return found


def palette(theme, mode):
    values = blocks(":root") | blocks(f'[data-hospital="{theme}"]')
    if mode != "light":
        values |= blocks(f'[data-theme="{mode}"]')
    return values


def colour(values, name):
    value = values[name].strip()
    while found := re.fullmatch(r"var\(--fp-([\w-]+)\)", value):
        value = values[found[1]].strip()
    assert re.fullmatch(r"#[0-9a-f]{3}|#[0-9a-f]{6}", value), (name, value)
    digits = value[1:] if len(value) == 7 else "".join(c * 2 for c in value[1:])
    return [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]


def luminance(rgb):
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(values, one, other):
    lighter, darker = sorted((luminance(colour(values, one)), luminance(colour(values, other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("theme", THEMES)
def test_contrast(theme, mode):
    values = palette(theme, mode)
    weak = [(a, b, round(r, 2)) for a, b in TEXT if (r := contrast(values, a, b)) < 4.5]
    weak += [(a, b, round(r, 2)) for a, b in SHAPES if (r := contrast(values, a, b)) < 3]
    assert not weak


def test_dark_by_choice_is_dark_by_device():
    assert blocks('[data-theme="dark"]') == blocks(":root:not([data-theme])") != {}


def test_high_contrast_is_stronger():
    values = palette("alder", "contrast")
    assert contrast(values, "text-soft", "ground") > 12


def test_styles_are_small_and_logical():
    assert len(gzip.compress((TOKENS + PORTAL).encode())) <= 30 * 1024
    physical = re.compile(
        r"[\s;{](margin|padding|border)-(left|right|top|bottom)\b|[\s;{](left|right):|text-align:\s*(left|right)|float:\s*(left|right)"
    )
    assert not physical.search(PORTAL)


def test_classes_of_the_templates_exist():
    known = set(re.findall(r"\.([a-z][\w-]*)", PORTAL))
    used = set()
    for path in LAYOUT.rglob("templates/**/*.html"):
        plain = re.sub(r"\{[{%#].*?[}%#]\}", " ", path.read_text("utf-8"), flags=re.S)
        used |= {name for found in re.findall(r'class="([^"]*)"', plain) for name in found.split()}
    assert {name for name in used if not name.endswith("-")} - known <= {
        "chart",
        "flash",
        "num",
        "retry",
        "done",
        "nm",
        "st",
        "sp",
    }


def test_templates_carry_no_inline_style_or_handler():
    for path in ROOT.glob("fhirportal/**/templates/**/*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|<script(?! src=)", text), path


def test_vendored_files_are_exactly_those_of_their_packages():
    loader = SourceFileLoader("vendor_tool", str(ROOT / ".ci" / "vendor.py"))
    module = module_from_spec(spec_from_loader("vendor_tool", loader))
    loader.exec_module(module)
    assert module.wrong() == []
    fonts = sum(path.stat().st_size for path in (LAYOUT / "static/fonts").glob("*.woff2"))
    assert fonts < 250_000

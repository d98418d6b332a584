"""The catalogues: up to date with code and templates, compiled from what is committed, Spanish complete, spots kept."""

import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest
from tree import ROOT

SPOT = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def catalogues():
    loader = SourceFileLoader("words_script", str(ROOT / ".ci" / "words"))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def test_catalogues_are_up_to_date(catalogues):
    assert not catalogues.stale(), "run: .venv/bin/python .ci/words"


def test_spanish_is_complete(catalogues):
    assert not catalogues.missing(catalogues.read("es"))


@pytest.mark.parametrize("language", ["es", "ar"])
def test_a_translation_has_the_spots_of_its_message(catalogues, language):
    wrong = []
    for message in catalogues.read(language):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        allowed = {spot for one in ids for spot in SPOT.findall(one)}
        wrong += [s for s in strings if message.id and s and not set(SPOT.findall(s)) <= allowed]
        wrong += [s for s in strings[-1:] if message.id and s and not set(SPOT.findall(s)) >= set(SPOT.findall(ids[-1]))]
    assert not wrong

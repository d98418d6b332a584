"""A terminology's own name for a thing, as a person would say it: without the kind in brackets behind it.

It decides nothing else: no word is replaced, and brackets that are part of a name stay.
"""

import re

_KINDS = (
    "attribute", "body structure", "clinical drug", "disorder", "environment", "event", "finding", "medicinal product",
    "medicinal product form", "morphologic abnormality", "observable entity", "occupation", "organism", "person",
    "physical object", "procedure", "product", "qualifier value", "regime/therapy", "situation", "specimen", "substance",
)  # fmt: skip
_KIND = re.compile(rf"\s*(?:- dosing instruction (?:imperative|fragment)\s*)?\((?:{'|'.join(map(re.escape, _KINDS))})\)$")


def plain_term(name: str) -> str:
    """ "Rib pain (finding)" -> "Rib pain": SNOMED CT's semantic tag is for terminologists (SNOMED CT Editorial Guide)."""
    return _KIND.sub("", name)

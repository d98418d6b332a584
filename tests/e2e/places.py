"""The addresses the portal has, from its own table: what a walk has to have seen."""

from functools import cache

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from fhirportal.app import DOORS

CHART = "/c/<handle>/"


@cache
def _portal() -> Flask:
    app = Flask("fhirportal", static_folder=None)
    for door in DOORS:
        app.register_blueprint(door)
    return app


@cache
def _table() -> MapAdapter:
    return _portal().url_map.bind("localhost")


def endpoint_of(page: str) -> str:
    """The kind of page an address below a chart is, "" for none: results, results/abc -> "results.show_result"."""
    try:
        return str(_table().match(f"/c/handle/{page.split('?')[0]}", method="GET")[0])
    except HTTPException:
        return ""


def chart_kinds() -> set[str]:
    """Every kind of page or file below a chart that a GET can ask for."""
    rules = _portal().url_map.iter_rules()
    return {r.endpoint for r in rules if r.rule.startswith(CHART) and "GET" in (r.methods or ())}


def plain_pages() -> list[str]:
    """The pages of a chart that need no id, the dashboard ("") first."""
    rules = (r for r in _portal().url_map.iter_rules() if r.endpoint in chart_kinds() and r.arguments == {"handle"})
    return sorted(r.rule.removeprefix(CHART) for r in rules)


def filled(kind: str, id_: str) -> str:
    """The address below a chart of this kind of page, about the resource `id_`; its first file where it is one of several."""
    rule = next(r for r in _portal().url_map.iter_rules() if r.endpoint == kind)
    values = {"handle": "handle", "id_": id_, "index": 0}
    built = _table().build(kind, {name: values.get(name, id_) for name in rule.arguments})
    return built.removeprefix("/c/handle/")

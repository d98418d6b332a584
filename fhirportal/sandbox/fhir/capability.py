"""The CapabilityStatement: exactly the types, interactions and search parameters this server has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fhirportal.sandbox.fhir.parameters import LAST_UPDATED, TABLE, Parameter
from fhirportal.sandbox.fhir.resource_types import TYPES

_INTERACTIONS = ("read", "vread", "create", "update", "delete", "search-type")
_SPECIAL = (("_id", "token"), (LAST_UPDATED.name, LAST_UPDATED.kind))


def capability_statement(base: str, name: str, security: Mapping[str, Any]) -> dict[str, Any]:
    """`security` is `rest.security`, from whoever guards the server."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-01",
        "kind": "instance",
        "software": {"name": "Sandbox EHR", "version": "1"},
        "implementation": {"description": name, "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json", "application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": dict(security),
                "resource": [_resource(type_, list(TABLE.get(type_, {}).values())) for type_ in sorted(TYPES)],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def _resource(type_: str, row: list[Parameter]) -> dict[str, Any]:
    return {
        "type": type_,
        "interaction": [{"code": code} for code in _INTERACTIONS],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalRead": "full-support",
        "conditionalCreate": True,
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "searchInclude": [f"{type_}:{p.name}" for p in row if p.kind == "reference"],
        "searchParam": [{"name": n, "type": k} for n, k in _SPECIAL] + [{"name": p.name, "type": p.kind} for p in row],
    }

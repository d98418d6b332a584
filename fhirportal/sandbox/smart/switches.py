"""The faults this hospital can be told to show at run time, so that an app's tests meet each failure of a real EHR.

One row per fault, kept with the base's state. It decides names, values and defaults; who obeys a switch is the code named
in its comment.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

from fhirportal.sandbox.smart.state import State

Claims = Literal["wrong-audience", "wrong-issuer", "wrong-nonce", "expired"]
IdToken = Literal["good", "missing", "wrong-signature", "alg-none", Claims]
TokenEndpoint = Literal["up", "down", "slow", "html", "refuses"]
FhirUser = Literal["send", "omit", "other-patient", "off-server"]
Patient = Literal["send", "omit", "other"]


@dataclass(frozen=True, kw_only=True)
class Switches:
    """All of them at their defaults are a well-behaved EHR."""

    access_token_seconds: float = 3600.0  # token: life of an access token
    refresh_rotation: bool = True  # token: a refresh token is good once; its reuse ends the grant
    granted_scopes: str | None = None  # authorize: the most any client is granted now
    send_iss: bool = True  # authorize: RFC 9207 `iss` in the response
    authorize_error: str = ""  # authorize: always answer with this OAuth error, such as access_denied
    token_endpoint: TokenEndpoint = "up"  # noqa: S105  token: 503, late, an HTML page, or invalid_grant
    slow_seconds: float = 5.0  # token: how late "slow" is
    id_token: IdToken = "good"  # noqa: S105  id_token: what is wrong with it
    fhir_user: FhirUser = "send"  # id_token: the fhirUser claim
    patient: Patient = "send"  # token: the `patient` in the answer
    enforce: bool = True  # policy: false = the FHIR API ignores tokens, scopes and patients


class BadSwitch(ValueError):
    """Unknown switch or a value it does not take; the text names it."""


def read_switches(state: State) -> Switches:
    return Switches(**(state.kept("switches") or {}))


def turn(state: State, changes: Mapping[str, Any]) -> Switches:
    """Set the named switches and leave the others; `{"reset": true}` first puts all back. Raises BadSwitch."""
    wanted = dict(changes)
    base = Switches() if wanted.pop("reset", False) else read_switches(state)
    switches = replace(base, **{name: _checked(name, value) for name, value in wanted.items()})
    state.keep("switches", asdict(switches))
    return switches


def _checked(name: str, value: Any) -> Any:
    if name not in {field.name for field in fields(Switches)}:
        raise BadSwitch(f"no switch is called {name!r}")
    hint = get_type_hints(Switches)[name]
    if get_origin(hint) is Literal:
        good = value in get_args(hint)
    else:
        kinds = get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        if float in kinds and type(value) is int:
            value = float(value)
        good = type(value) in kinds
    if not good:
        raise BadSwitch(f"{name} does not take {value!r}")
    return value

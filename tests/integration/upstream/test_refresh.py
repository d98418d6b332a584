"""A page whose token has ended: the real stores, the real protocol, a token endpoint that rotates."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from fhirportal.http import ProtocolHttp
from fhirportal.settings import Client, Hospital, Secret
from fhirportal.storage import migrate
from fhirportal.storage.engine import make_engine
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.kv_sql import SqlKV
from fhirportal.storage.tokens import StoredTokens, TokenStore
from fhirportal.upstream.auth import UserTokens
from fhirportal.upstream.client import Gateways
from fhirportal.upstream.errors import UpstreamSignedOut
from fhirportal.upstream.ports import Question
from smart_launch.client.identity import ClientIdentity
from smart_launch.client.tokens import refresh
from smart_launch.configuration import Configuration


def clock():
    return datetime.now(UTC)


class Right:
    kind, token_id = "user-token", "t1"


@pytest.fixture
def process(tmp_path, stub, settings, door):
    """Makes gateways as each process of a deployment has them, over shared files."""
    main, kv = f"sqlite:///{tmp_path / 'main.db'}", f"sqlite:///{tmp_path / 'kv.db'}"
    migrate.upgrade(make_engine(main))
    KeyRing(make_engine(main), Secret("A" * 43 + "="), clock).seal("tokens", b"first use makes the key")
    configuration = Configuration(
        fhir_base=stub.base, authorization_endpoint="", token_endpoint=f"{stub.base}/token", source="smart-configuration"
    )
    http = ProtocolHttp(door, allow_private=True)
    made = []

    def renew(row):
        asked = (http, configuration, ClientIdentity("c"), row.refresh_token, "")
        new = refresh(*asked, now=clock(), deadline=time.monotonic() + 5)
        return replace(row, access_token=new.access_token, refresh_token=new.refresh_token, expires_at=new.expires_at)

    def make():
        store = TokenStore(make_engine(main), KeyRing(make_engine(main), Secret("A" * 43 + "="), clock), clock)
        tokens = UserTokens(store, SqlKV(make_engine(kv, durable=False), clock), renew, clock)
        client = Client(client_id="c")
        hospital = Hospital(slug="h", name="H", fhir_base=stub.base, client=client, allow_private_addresses=True)
        made.append(Gateways(replace(settings, hospitals={"h": hospital}), door, tokens, clock))
        return made[-1].for_("h"), store

    yield make
    for gateways in made:
        gateways.close()


def token_endpoint(stub, kit):
    """Refresh tokens work once; the newest access token is the only one that reads."""
    state = {"refresh": "r1", "access": "a1", "count": 1}

    def token(request, write):
        time.sleep(0.1)
        if parse_qs(request.body.decode())["refresh_token"] != [state["refresh"]]:
            write(kit.http(400, {"error": "invalid_grant"}, "application/json"))
            return
        state["count"] += 1
        state["refresh"], state["access"] = f"r{state['count']}", f"a{state['count']}"
        answer = {"access_token": state["access"], "refresh_token": state["refresh"], "token_type": "Bearer", "scope": ""}
        write(kit.http(200, answer | {"expires_in": 600}, "application/json"))

    def read(request, write):
        good = request.headers["authorization"] == f"Bearer {state['access']}"
        write(kit.http(body=kit.bundle(kit.observation(1))) if good else kit.http(401))

    stub.answers |= {"/fhir/token": token, "/fhir/Observation": read}
    return state


def search(gateway):
    deadline = time.monotonic() + 8
    calls = [lambda: gateway.search(Question("Observation"), Right(), deadline, "r", 10)] * 7
    return gateway.map_(calls, deadline)


@pytest.mark.parametrize("ended", [True, False], ids=["ended", "rejected"])
def test_a_page_refreshes_once_across_processes(process, stub, kit, ended):
    state = token_endpoint(stub, kit)
    (one, store), (two, _) = process(), process()
    expires = clock() + timedelta(hours=-1 if ended else 1)
    store.put(StoredTokens("t1", "h", "a1" if ended else "revoked", "r1", expires, frozenset()))
    answers = one.map_([lambda: search(one), lambda: search(two)], time.monotonic() + 9)
    assert [[page.resources[0]["id"] for page in pages] for pages in answers] == [["1"] * 7] * 2
    assert state["count"] == 2
    assert store.get("t1").refresh_token == "r2"


def test_a_session_that_ended_at_the_hospital_ends_here(process, stub, kit):
    token_endpoint(stub, kit)
    gateway, store = process()
    store.put(StoredTokens("t1", "h", "revoked", "used", clock() + timedelta(hours=1), frozenset()))
    assert all(isinstance(answer, UpstreamSignedOut) for answer in search(gateway))

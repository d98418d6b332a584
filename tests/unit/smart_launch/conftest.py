"""A small EHR in memory, with real keys, behind the `Http` port: what the client's tests stand on."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jws, jwt

from smart_launch import keys
from smart_launch.client.callback import finish_launch
from smart_launch.client.client_assertion import KeySigner
from smart_launch.client.identity import ClientIdentity
from smart_launch.client.jwks import JwksCache
from smart_launch.client.launch import begin_launch
from smart_launch.configuration import discover
from smart_launch.errors import HttpFailure
from smart_launch.ports import HttpAnswer

BASE = "https://ehr.example/r4"
ISSUER = "https://ehr.example/oauth"
CALLBACK = "https://portal.example/signin/alder/callback"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DEADLINE = 1234.5


class FakeEhr:
    """Issues codes and tokens as SMART 2.2 says; each test bends one thing through the attributes."""

    def __init__(self, rsa, ec):
        self.rsa, self.ec = rsa, ec
        self.published = [rsa, ec]
        self.documents = {}
        self.asked, self.posted = [], []
        self.codes, self.refresh_tokens = {}, {"refresh-0"}
        self.token_answer = None  # HttpAnswer or exception instead of the real thing
        self.extra = {"patient": "p1", "need_patient_banner": True}
        self.token_extra = {}
        self.claims = {}
        self.now = NOW
        self.publish()

    def publish(self, **changes):
        self.documents[f"{BASE}/.well-known/smart-configuration"] = {
            "issuer": ISSUER,
            "jwks_uri": f"{ISSUER}/jwks",
            "authorization_endpoint": f"{ISSUER}/authorize?tenant=a%20b",
            "token_endpoint": f"{ISSUER}/token",
            "revocation_endpoint": f"{ISSUER}/revoke",
            "capabilities": ["launch-ehr", "sso-openid-connect", 7],
            "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": ["S256"],
            **changes,
        }

    # the port
    def get(self, url, headers, deadline):
        assert deadline == DEADLINE
        self.asked.append(url)
        if url == f"{ISSUER}/jwks":
            return self.answer(keys.public_jwks(self.published))
        found = self.documents.get(url)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, HttpAnswer):
            return found
        return self.answer(found) if found is not None else HttpAnswer(404, {}, b"<html>no</html>")

    def post_form(self, url, data, headers, deadline):
        assert deadline == DEADLINE
        self.posted.append((url, dict(data), dict(headers)))
        if isinstance(self.token_answer, Exception):
            raise self.token_answer
        if self.token_answer is not None:
            return self.token_answer
        if url == f"{ISSUER}/revoke":
            return HttpAnswer(200)
        return self.grant(data)

    @staticmethod
    def answer(document, status=200):
        return HttpAnswer(status, {"content-type": "application/json"}, json.dumps(document).encode())

    # the authorization server
    def authorize(self, url):
        """What the browser brings back after somebody signed in and agreed."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256" and asked["aud"] == BASE
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def grant(self, form):
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self.refresh_tokens:
                return self.answer({"error": "invalid_grant"}, 400)
            return self.answer({**self.tokens("launch openid patient/*.rs"), **self.token_extra})
        asked = self.codes.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or proof != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return self.answer({"error": "invalid_grant"}, 400)
        tokens = {**self.tokens(asked["scope"]), "refresh_token": "refresh-1"}
        if "openid" in asked["scope"].split():
            tokens["id_token"] = self.id_token(nonce=asked["nonce"])
        return self.answer({**tokens, **self.token_extra})

    def tokens(self, scope):
        return {"access_token": "at-1", "token_type": "bearer", "expires_in": 3600, "scope": scope, **self.extra}

    def id_token(self, key=None, alg="RS256", header=None, **claims):
        key = key or self.rsa
        issued = int(self.now.timestamp())
        said = {"iss": ISSUER, "sub": "u-1", "aud": "portal", "iat": issued, "exp": issued + 300}
        said |= {"fhirUser": f"{BASE}/Patient/p1"} | claims | self.claims
        said = {name: value for name, value in said.items() if value is not None}
        registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
        head = {"alg": alg, "kid": key.kid} | (header or {})
        return jwt.encode({n: v for n, v in head.items() if v is not None}, said, key, algorithms=[alg], registry=registry)


class Meeting:
    """One launch of the portal at the fake EHR, step by step."""

    def __init__(self, ehr, client=None):
        self.ehr, self.client = ehr, client or ClientIdentity("portal")
        self.now = NOW
        self.cache = JwksCache(lambda: self.now)
        self.configuration = discover(ehr, BASE, DEADLINE)

    def begin(self, launch="xyz", scope="openid fhirUser offline_access patient/*.rs"):
        return begin_launch(self.configuration, self.client, BASE, launch, scope, CALLBACK, self.now)

    def finish(self, begun, params, **more):
        pending = begun.pending if begun else None
        return finish_launch(
            self.ehr, self.configuration, self.client, pending, params, self.now, DEADLINE, jwks_cache=self.cache, **more
        )

    def whole(self, **more):
        begun = self.begin()
        return self.finish(begun, self.ehr.authorize(begun.url), **more)

    def later(self, **passed):
        self.now += timedelta(**passed)


@pytest.fixture(scope="session")
def rsa_key():
    return keys.import_key(keys.export_key(keys.RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})))


@pytest.fixture(scope="session")
def other_rsa_key():
    return keys.RSAKey.generate_key(2048, {"kid": "rsa-2", "use": "sig"})


@pytest.fixture(scope="session")
def ec_key():
    return keys.generate("ES384")


@pytest.fixture
def ehr(rsa_key, ec_key):
    return FakeEhr(rsa_key, ec_key)


@pytest.fixture
def meeting(ehr):
    return Meeting(ehr)


@pytest.fixture
def meeting_as(ehr):
    return lambda client: Meeting(ehr, client)


@pytest.fixture
def assertion_client(ec_key):
    return ClientIdentity("portal", "private_key_jwt", signer=KeySigner(ec_key, "ES384", "https://portal.example/jwks"))


@pytest.fixture
def away():
    return HttpFailure("timed out")

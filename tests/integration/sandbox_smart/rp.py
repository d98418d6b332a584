"""A tiny relying party on `requests` and joserfc: what a SMART app does, and nothing borrowed from the product."""

import base64
import hashlib
import secrets
import uuid
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import KeySet

REDIRECT = "http://localhost:9/callback"
LAUNCH_URI = "http://localhost:9/launch"
SCOPES = "launch openid fhirUser offline_access patient/*.rs"
STANDALONE = "launch/patient openid fhirUser offline_access patient/*.rs"


def query_of(address):
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query, keep_blank_values=True).items()}


def challenge_of(verifier):
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


@dataclass
class App:
    """One app talking to one FHIR base; `secret` or `key` make it confidential."""

    fhir: str
    client_id: str = "portal"
    secret: str = ""
    post_secret: bool = False
    key: object = None
    alg: str = "RS384"
    http: requests.Session = field(default_factory=requests.Session)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(8))
    state: str = "%2B~!@#$^&*()-_=+[{]};:'\",<.>/? ü"

    @property
    def configuration(self):
        return self.http.get(f"{self.fhir}/.well-known/smart-configuration", timeout=5).json()

    def request(self, launch=None, **changes):
        """The parameters of a sound authorize request, changed; a None takes one out."""
        sound = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": REDIRECT,
            "scope": SCOPES if launch else STANDALONE,
            "state": self.state,
            "aud": self.fhir,
            "nonce": self.nonce,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            "launch": launch,
        }
        return {name: value for name, value in {**sound, **changes}.items() if value is not None}

    def authorize(self, launch=None, post=False, **changes):
        """The server's answer to an authorize request, redirects not followed."""
        url, params = self.configuration["authorization_endpoint"], self.request(launch, **changes)
        if post:
            return self.http.post(url, data=params, allow_redirects=False, timeout=5)
        return self.http.get(url, params=params, allow_redirects=False, timeout=5)

    def code(self, launch_url, **changes):
        """The authorization code of an EHR launch."""
        answer = self.authorize(query_of(launch_url)["launch"], **changes)
        assert answer.status_code == 302, answer.text
        return query_of(answer.headers["Location"])["code"]

    def token(self, **form):
        url = self.configuration["token_endpoint"]
        auth = None
        if self.key is not None:
            form |= self.assertion(url)
        elif self.post_secret:
            form |= {"client_id": self.client_id, "client_secret": self.secret}
        elif self.secret:
            auth = (self.client_id, self.secret)
        else:
            form.setdefault("client_id", self.client_id)
        return self.http.post(url, data=form, auth=auth, timeout=10)

    def assertion(self, audience, now=None, **changes):
        import time

        at = int(now or time.time())
        claims = {"iss": self.client_id, "sub": self.client_id, "aud": audience, "exp": at + 240, "jti": str(uuid.uuid4())}
        header = {"alg": self.alg, "typ": "JWT", "kid": self.key.kid}
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode(header, {**claims, **changes}, self.key, algorithms=[self.alg]),
        }

    def exchange(self, code_, **changes):
        form = {"grant_type": "authorization_code", "code": code_, "redirect_uri": REDIRECT, "code_verifier": self.verifier}
        return self.token(**{**form, **changes})

    def refresh(self, refresh_token, **form):
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **form)

    def launch(self, launch_url, **changes):
        """A whole EHR launch: the token answer as JSON."""
        answer = self.exchange(self.code(launch_url, **changes))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def identity(self, id_token):
        """The claims of an id_token whose signature verifies against the published keys."""
        keys = KeySet.import_key_set(self.http.get(self.configuration["jwks_uri"], timeout=5).json())
        return jwt.decode(id_token, keys, algorithms=["RS256"]).claims

    def get(self, path, token):
        return self.http.get(f"{self.fhir}/{path}", headers={"Authorization": f"Bearer {token}"}, timeout=5)

"""A tiny EHR on loopback for the sign-in tests: discovery, authorize, token, revoke, keys, and a few resources."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "ehr-1", "use": "sig", "alg": "RS256"})


class Ehr:
    """What it does next is set on it: `patient`, `fhir_user` (None: no id_token claim), `sub` (None: no id_token)..."""

    def __init__(self):
        self.patient, self.fhir_user, self.sub = "p1", "Patient/p1", "sub-1"
        self.error = None
        self.token_status = 200
        self.id_token_key, self.claims, self.token_extra = KEY, {}, {}
        self.scope = None
        self.resources = {}
        self.discovery = {}
        self.codes, self.revoked, self.asked, self.authorizations = {}, [], [], []
        ehr = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                ehr.asked.append(self.path)
                ehr.get(self)

            def do_POST(self):
                ehr.asked.append(self.path)
                length = int(self.headers.get("Content-Length", 0))
                ehr.post(self, {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        self.fhir = f"{self.base}/fhir"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def get(self, handler):
        parts = urlsplit(handler.path)
        if parts.path.endswith("/.well-known/smart-configuration"):
            return answer(handler, 200, self.configuration())
        if parts.path == "/authorize":
            return self.authorize(handler, {k: v[0] for k, v in parse_qs(parts.query).items()})
        if parts.path == "/jwks":
            return answer(handler, 200, {"keys": [KEY.as_dict(private=False)]})
        resource = self.resources.get(parts.path.removeprefix("/fhir/"))
        if isinstance(resource, int):
            return answer(handler, resource, {"resourceType": "OperationOutcome", "issue": []})
        return answer(handler, 200 if resource else 404, resource or {"resourceType": "OperationOutcome", "issue": []})

    def configuration(self):
        return {
            "issuer": self.base,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "revocation_endpoint": f"{self.base}/revoke",
            "jwks_uri": f"{self.base}/jwks",
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["launch-ehr", "sso-openid-connect"],
        } | self.discovery

    def authorize(self, handler, query):
        self.authorizations.append(query)
        if self.error:
            params = {"error": self.error, "state": query["state"]}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = query
            params = {"code": code, "state": query["state"]}
        handler.send_response(302)
        handler.send_header("Location", f"{query['redirect_uri']}?{urlencode(params)}")
        handler.end_headers()

    def post(self, handler, form):
        if handler.path == "/revoke":
            self.revoked.append(form["token"])
            return answer(handler, 200, {})
        if self.token_status != 200:
            return answer(handler, self.token_status, {"error": "invalid_grant"})
        query = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if query is None or query["code_challenge"] != challenge:
            return answer(handler, 400, {"error": "invalid_grant"})
        return answer(handler, 200, self.tokens(query))

    def tokens(self, query):
        body = {
            "access_token": secrets.token_urlsafe(16),
            "refresh_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": self.scope or query["scope"],
        }
        if self.patient:
            body["patient"] = self.patient
        if self.sub:
            now = int(time.time())
            claims = {
                "iss": self.base,
                "sub": self.sub,
                "aud": query["client_id"],
                "iat": now,
                "exp": now + 300,
                "nonce": query.get("nonce"),
            }
            if self.fhir_user:
                claims["fhirUser"] = self.fhir_user
            header = {"alg": "RS256", "kid": "ehr-1"}
            body["id_token"] = jwt.encode(header, claims | self.claims, self.id_token_key, algorithms=["RS256"])
        return body | self.token_extra


def answer(handler, status, body):
    raw = json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(raw)))
    handler.end_headers()
    handler.wfile.write(raw)

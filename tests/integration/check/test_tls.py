"""What a handshake shows: version, end of the certificate, or why it is not accepted."""

import datetime
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fhirportal.errors import UpstreamDown, UpstreamTimeout
from fhirportal.http.certificates import Handshake, look
from fhirportal.upstream.doctor import Examination, Reply, list_findings

NOW = datetime.datetime.now(datetime.UTC)


def certificate(folder, days):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(days=100))
        .not_valid_after(NOW + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def listener():
    """`listener(cert, key)` serves handshakes and gives its port; without a certificate it answers nothing at all."""
    made = []

    def make(cert=None, key=None):
        server = socket.create_server(("127.0.0.1", 0))
        made.append(server)
        if cert:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(cert, key)
            threading.Thread(target=serve, args=(server, context), daemon=True).start()
        return server.getsockname()[1]

    def serve(server, context):
        while True:
            try:
                plain, _ = server.accept()
            except OSError:
                return
            with plain:
                try:
                    context.wrap_socket(plain, server_side=True).close()
                except OSError:
                    pass

    yield make
    for server in made:
        server.close()


def test_a_trusted_certificate(tmp_path, listener):
    cert, key = certificate(tmp_path, 12)
    found = look("localhost", listener(cert, key), time.monotonic() + 5, True, cert)
    assert found.version in ("TLSv1.2", "TLSv1.3")
    assert found.distrust == ""
    assert 10 <= (found.ends - NOW).days <= 12


def test_a_certificate_nobody_vouches_for(tmp_path, listener, check):
    port = listener(*certificate(tmp_path, 12))
    assert "self-signed" in look("localhost", port, time.monotonic() + 5, True).distrust.replace(" ", "-")
    status, text, _ = check(f"https://localhost:{port}/fhir")
    assert status == 2
    assert "certificate is not accepted" in text


def test_one_that_has_ended(tmp_path, listener):
    cert, key = certificate(tmp_path, -2)
    assert "expired" in look("localhost", listener(cert, key), time.monotonic() + 5, True, cert).distrust


def test_a_handshake_that_never_comes(listener):
    with pytest.raises(UpstreamTimeout):
        look("127.0.0.1", listener(), time.monotonic() + 0.3, True)


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(UpstreamDown):
            look("127.0.0.1", taken.getsockname()[1], time.monotonic() + 2, True)


def test_an_end_that_is_near_is_a_gap():
    tls = Handshake("TLSv1.3", NOW + datetime.timedelta(days=9, hours=1))
    base = "https://fhir.example.org"
    answered = Reply(f"{base}/metadata", 401)
    codes = {f.code: f for f in list_findings(Examination(base, answered, answered, answered, tls=tls), NOW)}
    assert codes["certificate-ends"].level == "gap"
    assert "9 days" in codes["certificate-ends"].what

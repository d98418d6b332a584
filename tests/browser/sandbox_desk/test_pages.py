"""The hospital's own pages in Chromium: axe-clean in light and dark, nothing wider than a phone, forms reach the app."""

import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe

from fhirportal.sandbox.config import Base, SandboxConfig
from fhirportal.sandbox.demo_data import generate
from fhirportal.sandbox.serving import serve_in_thread
from fhirportal.sandbox.smart.clients import Client
from fhirportal.sandbox.smart.demo_people import demo_people

pytestmark = pytest.mark.browser


class _App(BaseHTTPRequestHandler):
    """An app on another site: shows where it was sent."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>The app</title><h1>The app</h1>")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def app_url():
    server = HTTPServer(("127.0.0.1", 0), _App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def hospital(tmp_path_factory, app_url):
    app = Client(client_id="app", name="My health record", redirect_uris=(f"{app_url}/back",), launch_uri=f"{app_url}/launch")
    base = Base(slug="alder", name="Alder Quay Hospital", people=demo_people(), clients=(app,))
    folder = tmp_path_factory.mktemp("desk")
    running = serve_in_thread(SandboxConfig(data_dir=folder, public_url="", bases=(base,), control_token="t"))
    running.app.extensions["sandbox"]["alder"].store.put_all(generate(date.today()))
    yield f"{running.url}/alder"
    running.close()


@pytest.fixture(params=[(390, "light"), (1280, "light"), (390, "dark"), (320, "light")], ids=str)
def page(request, chromium):
    width, scheme = request.param
    # the desk has no script at all; axe needs one, so only the launch test runs without
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    yield context.new_page()
    context.close()


def check(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} scrolls sideways"
    assert page.locator("h1").count() == 1 and page.title() and page.locator("html").get_attribute("lang")


def sign_in(page, hospital):
    page.goto(f"{hospital}/desk/sign-in")
    page.get_by_role("button", name="Sign in").click()


def test_every_page_of_the_desk(page, hospital):
    page.goto(f"{hospital}/desk/sign-in")
    check(page)
    page.get_by_role("button", name="Sign in").click()
    check(page)
    for path in ("patients?name=nobody-like-that", "patients/orla", "patients/finn", "connection", "patients/nobody"):
        page.goto(f"{hospital}/desk/{path}")
        check(page)
    page.goto(f"{hospital}/desk/patients/orla")
    page.get_by_role("link", name="Correct ").first.click()
    check(page)


def test_the_sign_in_and_consent_pages(page, hospital, app_url):
    challenge = "a" * 43
    query = "response_type=code&client_id=app&scope=launch/patient+openid+offline_access+patient/*.rs&state=s"
    query += f"&redirect_uri={app_url}/back&aud={hospital}/fhir&code_challenge={challenge}&code_challenge_method=S256"
    page.goto(f"{hospital}/auth/authorize?{query}")
    check(page)
    page.get_by_role("button", name="Sign in as Orla").click()
    check(page)
    page.get_by_role("button", name="Allow and open: Finn").click()
    assert page.url.startswith(f"{app_url}/back?code=")
    page.goto(f"{hospital}/auth/authorize?client_id=nobody")
    check(page)


def test_staff_open_the_app_without_script_under_the_real_policy(chromium, hospital, app_url):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, hospital)
    page.get_by_role("link", name="Finn").click()
    page.get_by_role("button", name="Open as Orla Devane, mother").click()
    assert page.url.startswith(f"{app_url}/launch?iss=") and "launch=" in page.url
    context.close()

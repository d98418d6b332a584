"""A person at a browser without JavaScript, who follows every link. Every page fetched is checked, and tried as a stranger."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests

from tests.e2e.page_check import Page, headers_problems, require_good_page
from tests.e2e.places import endpoint_of, plain_pages

TIMEOUT = 20


class Walker:
    """One browser: its cookies, the chart it has open, the pages it has seen."""

    def __init__(self, portal: str) -> None:
        self.portal, self.session = portal, requests.Session()
        self.chart = ""
        self.seen: dict[str, str] = {}
        self.files: dict[str, requests.Response] = {}

    def launch(self, address: str) -> requests.Response:
        """Comes from the EHR, agrees to the terms where asked. The first page of the chart; or the page that refuses."""
        answer = self.follow(self.session.get(address, timeout=TIMEOUT, allow_redirects=False))
        answer = self._agree(answer)
        found = re.search(r"/c/([^/]+)/", answer.url)
        self.chart = found[1] if found else ""
        return answer

    def _agree(self, answer: requests.Response) -> requests.Response:
        match = re.search(r'action="(/signin/[^"]+/terms/[^"]+)"', answer.text)
        if not match:
            return answer
        require_good_page(answer.text, answer.headers)
        return self.follow(self.post(match[1], answer.text, agree="yes"))

    def post(self, path: str, html: str, **fields: str) -> requests.Response:
        """Sends a form of the page `html`, with its token, as a browser does; redirects are not followed."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', html)
        assert token, "the page has no form of ours"
        data = {"csrf_token": token[1], **fields}
        headers = {"Origin": self.portal}
        return self.session.post(self.portal + path, data, headers=headers, timeout=TIMEOUT, allow_redirects=False)

    def follow(self, answer: requests.Response) -> requests.Response:
        for _ in range(12):
            if answer.status_code not in (301, 302, 303, 307, 308):
                return answer
            answer = self.session.get(urljoin(answer.url, answer.headers["Location"]), timeout=TIMEOUT, allow_redirects=False)
        raise AssertionError("too many redirects")

    def path(self, page: str = "") -> str:
        return f"/c/{self.chart}/{page}"

    def ask(self, page: str = "") -> requests.Response:
        """The answer to a page of this chart, unchecked, redirects not followed."""
        return self.session.get(self.portal + self.path(page), timeout=TIMEOUT, allow_redirects=False)

    def get(self, page: str = "", status: int = 200) -> str:
        """The HTML of a page of this chart, checked; and a stranger gets nothing of it."""
        answer = self.ask(page)
        assert answer.status_code == status, (page, answer.status_code, Page(answer.text).words[:300])
        try:
            require_good_page(answer.text, answer.headers, status=status)
        except AssertionError as problem:
            raise AssertionError(f"{page or 'the dashboard'}: {problem}") from None
        self.require_closed(page)
        self.seen[page] = answer.text
        return answer.text

    def require_closed(self, page: str) -> None:
        """Somebody without this session is led to sign-in and gets no byte of the page."""
        stranger = requests.get(self.portal + self.path(page), timeout=TIMEOUT, allow_redirects=False)
        assert stranger.status_code in (302, 303, 401, 404), (page, "a stranger must not get the page")
        assert not urlsplit(stranger.headers.get("Location", "")).path.startswith("/c/"), page
        assert len(stranger.content) < 8000, "what a stranger gets is no page of a record"

    def links(self, html: str) -> list[str]:
        """The chart pages this page links to, in order, without fragments."""
        found = re.findall(rf'href="(?:{re.escape(self.portal)})?{re.escape(self.path())}([^"#]*)', html)
        return list(dict.fromkeys(unescape(link) for link in found))

    def walk(self, each: int | None = None, most: int = 2000) -> dict[str, str]:
        """Every page of this chart that needs no id or that links lead to, at most `each` of one kind; files, too. Returns
        the pages' HTML. All that is wrong with any of them is told at once."""
        waiting, done, kinds, troubles = plain_pages(), set(), Counter(), []
        while waiting and len(done) < most:
            page = waiting.pop(0)
            kind = endpoint_of(page)
            if page in done:
                continue
            assert kind, f"a link leads to {page!r}, which is no address of ours"
            if each is not None and kinds[kind] >= each:
                continue
            done.add(page)
            kinds[kind] += 1
            try:
                waiting += [link for link in self._visit(page) if link not in done]
            except AssertionError as problem:
                troubles.append(str(problem))
        assert not troubles, "\n".join(troubles)
        return self.seen

    def _visit(self, page: str) -> list[str]:
        if is_file(page):
            self.fetch_file(page)
            return []
        return self.links(self.get(page))

    def fetch_file(self, page: str) -> requests.Response:
        """A file of this chart: only ever a download, kept by nobody, with nothing that runs."""
        answer = self.ask(page)
        # what a hospital no longer has, or cannot give, is said on a page
        assert answer.status_code in (200, 404, 502, 503), (page, answer.status_code)
        self.require_closed(page)
        if answer.status_code == 200:
            assert answer.headers.get("Content-Disposition", "").startswith("attachment"), page
            assert answer.headers["Content-Type"].split(";")[0] != "text/html", page
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert not [p for p in headers_problems(answer.headers) if "cached" in p or "nosniff" in p], page
        self.files[page] = answer
        return answer

    def choose(self, language: str = "", theme: str = "") -> None:
        """The small form in the footer of every page."""
        chosen = {k: v for k, v in {"language": language, "theme": theme, "back": self.path("profile")}.items() if v}
        answer = self.post("/display", self.ask("profile").text, **chosen)
        assert answer.status_code == 303 and answer.headers["Location"].endswith(self.path("profile")), answer.status_code

    def sign_out(self, *, everywhere: bool = False) -> requests.Response:
        fields = {"everywhere": "yes"} if everywhere else {}
        return self.post("/signout", self.ask("profile").text, **fields)

    def is_out(self, page: str = "profile") -> bool:
        """Whether the very next request is led to sign-in."""
        answer = self.ask(page)
        return answer.status_code == 303 and urlsplit(answer.headers["Location"]).path.startswith("/signin")

    def close(self) -> None:
        self.session.close()


def is_file(page: str) -> bool:
    return "/file/" in page or page.split("?")[0].endswith(".ics")

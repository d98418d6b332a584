"""One browser window on the portal: what it says on its console, whether axe is content, what the keyboard reaches."""

import re
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.living_demo import Demo

# everything that takes the focus, in the order of the page; `summary` only where its details has one
REACHABLE = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .filter(e => !e.disabled && e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0)
  .filter(e => e.tagName !== 'SUMMARY' || e.parentElement.tagName === 'DETAILS').length"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  if (!e.dataset.seen) { e.dataset.seen = '1'; window.seen = (window.seen || 0) + 1 }
  const s = getComputedStyle(e), box = e.getBoundingClientRect();
  const marked = (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none';
  return {count: window.seen, marked, inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
          words: e.tagName + ' ' + (e.innerText || e.getAttribute('aria-label') || e.name || '').slice(0, 40)};
}"""


class Look:
    """A Playwright page, launched; `troubles` are what the console, the policy and the network complained about."""

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page, self.demo, self.troubles, self.chart = page, demo, [], ""
        page.set_default_timeout(15_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("requestfailed", self._note_failed)
        page.on("response", self._note_answer)

    def _hear(self, message):
        # a page that says 404 or 400 on purpose is told of on the console; _note_answer looks at those of others
        if message.type in ("error", "warning") and "the server responded with a status of" not in message.text:
            self.troubles.append(f"console: {message.text}")

    def _note_failed(self, request):
        if request.failure and "ERR_ABORTED" not in request.failure:
            self.troubles.append(f"{request.url}: {request.failure}")

    def _note_answer(self, answer):
        if answer.status >= 400 and answer.request.resource_type != "document":
            self.troubles.append(f"{answer.url}: {answer.status}")
        if urlsplit(answer.url).hostname not in ("localhost", "127.0.0.1"):
            self.troubles.append(f"asks another host: {answer.url}")

    def launch(self, address: str) -> None:
        self.page.goto(address)
        self.agree()

    def agree(self) -> None:
        agree = self.page.locator("form[action*='/terms/'] button[type=submit]")
        if agree.count():
            agree.first.click()
        self.page.wait_for_url("**/c/**")
        self.chart = re.search(r"/c/([^/]+)/", self.page.url)[1]
        self._put_back()

    def _put_back(self) -> None:
        """An account remembers its language and colours: another test may have chosen some."""
        if self.page.locator("html").get_attribute("lang") != "en":
            self.choose("English")
        if self.page.locator("html").get_attribute("data-theme"):
            self.choose("Same as my device")

    def go(self, page: str) -> None:
        self.page.goto(f"{self.demo.portal}/c/{self.chart}/{page}")

    def choose(self, words: str) -> None:
        """Presses a button of the form in the footer: a language or colours."""
        self.page.locator("form.display").first.get_by_role("button", name=words, exact=True).click()

    def list_violations(self) -> list[str]:
        found = Axe().run(self.page).response["violations"]
        return [f"axe {v['id']}: {n['target']} {n.get('failureSummary', '')[:300]}" for v in found for n in v["nodes"][:3]]

    def list_too_wide(self, width: int = 320) -> list[str]:
        self.page.set_viewport_size({"width": width, "height": 700})
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        return [f"{wide} px wide on {width}"] if wide > width else []

    def take_troubles(self) -> list[str]:
        taken, self.troubles = self.troubles, []
        return taken

    def tab_through(self) -> list[str]:
        """What is wrong on the way of the Tab key through the whole page; the first stop is the skip link."""
        page = self.page
        wanted, found = page.evaluate(REACHABLE), []
        page.keyboard.press("Tab")
        if "Skip to main content" not in (first := page.evaluate(FOCUSED) or {}).get("words", ""):
            found.append(f"the first stop is {first}")
        reached, still = 1, 0
        for _ in range(wanted + 40):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUSED)
            # a date field takes several tabs: one for the day, one for the month
            still = still + 1 if stop and stop["count"] == reached else 0
            if stop is None or still > 5:
                break
            if still:
                continue
            reached = stop["count"]
            found += [] if stop["marked"] else [f"no visible focus on {stop['words']}"]
            found += [] if stop["inside"] else [f"focus out of sight on {stop['words']}"]
        return found if reached >= wanted else [*found, f"{reached} of {wanted} controls reached, then stuck or lost"]

"""What must be true of every page, whichever test fetched it: title, language, headings, labels, addresses, policy, words."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LABELLED = {"input", "select", "textarea"}
BROKEN = re.compile(
    r"%\(\w+\)s|\{\{|\}\}|\bundefined\b|\bNaN\b|&(?:amp|lt|gt|quot|#\d+);|<(?:div|span|p|b|br|table)\b|\bNone\b(?! given)"
)
# SNOMED CT, RxNorm, the address of a code list; in a list with labels, a hospital number, a telephone, a list without a name
NUMBERED = re.compile(r"\d{6,18}|(?:urn:|https?://(?:terminology|hl7|loinc|snomed|fhir))\S*")
RAW = (
    re.compile(r"\d{1,7}-\d"),  # LOINC
    re.compile(r"[a-z]+(?:-[a-z]+)+"),  # a FHIR code: entered-in-error
)
# what a hospital or a person typed, or what is a code on purpose and says so
TYPED = {"code", "free"}


@dataclass(frozen=True)
class Words:
    """One run of text on a page: the language it says it is in, whether it stands where codes may stand, is set apart (<bdi>) as
    somebody else's words, or has a label before it that says what it is."""

    text: str
    lang: str
    codes: bool
    own: bool
    labelled: bool


class Page(HTMLParser):
    """A parsed page and what is wrong with it."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.problems, self.ids, self.labels, self.fields, self.headings = [], [], set(), [], []
        self.html, self.title, self.runs, self.h1, self.forms = {}, "", [], "", []
        self._stack = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in VOID:
            self._stack.append((tag, given))
        if tag == "html":
            self.html = given
        if "id" in given:
            self.ids.append(given["id"])
        if "style" in given or any(name.startswith("on") for name in given):
            self.problems.append(f"inline style or handler on <{tag}>")
        if tag == "script" and "src" not in given:
            self.problems.append("inline script")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img" and "alt" not in given:
            self.problems.append("an image without alt")
        self._note_form(tag, given)
        self._note_addresses(tag, given)
        self._note_said(given)

    def _note_form(self, tag, given):
        if tag == "label" and "for" in given:
            self.labels.add(given["for"])
        if tag in LABELLED and given.get("type") not in ("hidden", "submit"):
            inside = any(t == "label" for t, _ in self._stack)
            self.fields.append((given.get("id"), inside or "aria-label" in given or "aria-labelledby" in given))
        if tag == "form":
            self.forms.append((given.get("method", "get").lower(), given.get("action", "")))
            if self.forms[-1][0] == "post" and not self.forms[-1][1].startswith("/"):
                self.problems.append(f"a form posts to {given.get('action')!r}")

    def _note_addresses(self, tag, given):
        for name in ("href", "src", "action"):
            target = given.get(name) or ""
            if target.startswith(("http:", "https:", "//")) and tag in ("script", "link", "img", "form"):
                self.problems.append(f"<{tag}> fetches from {target}")
            if name in given and (target in ("", "#") or target.startswith(("javascript:", "data:"))):
                self.problems.append(f"a dead link: <{tag} {name}={target!r}>")

    def _note_said(self, given):
        """Words that only a screen reader says are words of the page, too."""
        for name in ("aria-label", "alt", "title", "placeholder"):
            if given.get(name):
                self._add(given[name], given.get("lang"))

    def handle_endtag(self, tag):
        if any(tag == open_ for open_, _ in self._stack):
            while self._stack and self._stack.pop()[0] != tag:
                pass

    def handle_data(self, data):
        tags = {tag for tag, _ in self._stack}
        if "title" in tags and "svg" not in tags:
            self.title += data
        if not {"script", "style"} & tags:
            self._add(data, None)
            if "h1" in tags:
                self.h1 += data

    def _add(self, text, lang):
        if not (text := " ".join(text.split())):
            return
        langs = [given["lang"] for _, given in self._stack if given.get("lang")]
        classes = {name for _, given in self._stack for name in (given.get("class") or "").split()}
        tags = {tag for tag, _ in self._stack}
        self.runs.append(
            Words(text, lang or (langs or [""])[-1], bool(classes & TYPED), "bdi" in tags, bool({"dd", "dt"} & tags))
        )

    @property
    def words(self):
        return " ".join(run.text for run in self.runs)

    @property
    def raw_codes(self):
        """What stands on the page as a bare code, where words should be."""
        raw = {r.text for r in self.runs if not r.codes and any(p.fullmatch(r.text) for p in RAW)}
        pairs = zip(["", *(run.text for run in self.runs)], self.runs, strict=False)
        bare = {
            r.text for before, r in pairs if not (r.codes or r.labelled or before.endswith(":")) and NUMBERED.fullmatch(r.text)
        }
        return sorted(raw | bare)


def without(text, own, title):
    """The text, if it is the title's, without the hospital's own words."""
    if text == " ".join(title.split()):
        for words in own:
            text = text.replace(words, "")
    return text


def require_good_page(html, headers, *, status=200):
    """Asserts everything; returns the Page."""
    page = Page(html)
    problems = list(page.problems)
    if not page.html.get("lang") or page.html.get("dir") not in ("ltr", "rtl"):
        problems.append("no language or direction")
    if not page.title.strip() or ("–" not in page.title and status == 200):
        problems.append(f"title is {page.title!r}")
    if page.headings.count(1) != 1 or not page.h1.strip():
        problems.append(f"{page.headings.count(1)} h1 headings: {page.h1!r}")
    problems += [f"heading {b} after {a}" for a, b in zip(page.headings, page.headings[1:], strict=False) if b > a + 1]
    problems += [f"field {i} has no label" for i, labelled in page.fields if not labelled and i not in page.labels]
    problems += sorted({f"id {i} twice" for i in page.ids if page.ids.count(i) > 1})
    problems += headers_problems(headers)
    # a hospital's own words are set apart on the page; its title cannot do that, and holds the same ones
    own = sorted({r.text for r in page.runs if r.own}, key=len, reverse=True)
    problems += [f"not words: {r.text!r}" for r in page.runs if not r.own and BROKEN.search(without(r.text, own, page.title))]
    problems += [f"a bare code: {code!r}" for code in page.raw_codes]
    assert not problems, problems
    return page


def headers_problems(headers):
    policy = headers.get("Content-Security-Policy", "")
    found = [] if "default-src 'none'" in policy and "unsafe" not in policy else ["the Content-Security-Policy is weak"]
    if "no-store" not in headers.get("Cache-Control", ""):
        found.append("a personal page may be cached")
    if headers.get("X-Content-Type-Options") != "nosniff":
        found.append("nosniff is missing")
    return found

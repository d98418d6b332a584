"""A hospital that answers with somebody else's record: no byte of it on any page, file or header, and every page answers."""

import pytest

from tests.abuse.portal.secrets_of import leaks, record_of, secrets_of
from tests.e2e.page_check import Page, require_good_page
from tests.e2e.places import chart_kinds, endpoint_of, filled
from tests.e2e.walker import is_file

pytestmark = pytest.mark.xdist_group("demo-hostile")
VICTIM, VIEWER, RELATIVE = "orla", "cillian", "finn"
EACH = 6
QUERIES = (
    "results?show=measurements",
    "results?show=outside",
    "results?show=new&from=2000-01-01",
    "results?patient=orla&subject=Patient/orla&_id=1&_include=*&_revinclude=*",
    "results?show=all'&from=2020-13-45&to=%00",
    "results?show=orla&from=orla&to=../orla",
    "bills?patient=orla&account=orla",
    "appointments?patient=orla&date=ge1900&show=past",
    "medicines?patient=orla&status=active",
)


@pytest.fixture(scope="module")
def known(demo):
    """(addresses, secrets): the victim's pages and files, walked honestly, and what in their record is nobody else's."""
    victim = demo.person(VICTIM)
    victim.walk(EACH)
    record = record_of(demo, VICTIM)
    # where no link of theirs leads: every other kind of page, about one resource of each type
    some = {resource["resourceType"]: resource["id"] for resource in record}
    unlinked = chart_kinds() - {endpoint_of(page) for page in (*victim.seen, *victim.files)}
    addresses = [*victim.seen, *victim.files, *(filled(kind, id_) for kind in sorted(unlinked) for id_ in some.values())]
    assert {endpoint_of(a) for a in addresses} == chart_kinds()
    control = demo.person(VIEWER)
    control.walk()
    honest = [*control.seen.values(), *(control.ask(query).text for query in QUERIES)]
    mine = secrets_of(record, record_of(demo, VIEWER))
    # what an honest page of somebody else says anyway is no secret: words of ours, the hospital's name
    common = " ".join(f"{html} {Page(html).words}" for html in honest).replace("\u00a0", " ").casefold()
    secrets = {s for s in mine if s.casefold() not in common}
    assert {"Maeve", "lab-orla-crea-20261117"[:9]} & {s[:9] for s in secrets} and len(secrets) > 300
    return addresses, secrets


@pytest.fixture
def hostile(demo):
    demo.hostile(VICTIM)
    yield demo
    demo.hostile(None)


def require_closed(person, addresses, secrets):
    """Tries every address below this person's chart; tells of all leaks at once."""
    found = {}
    for page in addresses:
        answer = person.ask(page)
        if leaked := leaks(answer, secrets, known=page):
            found[page] = leaked[:5]
        assert answer.status_code in ((200, 404) if not page.count("?") else (200, 400, 404)), (page, answer.status_code)
        if "html" in answer.headers["Content-Type"]:
            require_good_page(answer.text, answer.headers, status=answer.status_code)
        else:
            assert is_file(page) and answer.status_code == 200
    assert not found


def test_the_check_finds_a_leak_where_there_is_one(demo, known):
    """The victim's own pages are full of what we look for: else the tests below would prove nothing."""
    addresses, secrets = known
    victim = demo.person(VICTIM)
    for page in (page for page in addresses if victim.ask(page).status_code == 200):
        if page.split("?")[0] not in ("", "profile") and "statements" not in page:
            assert leaks(victim.ask(page), secrets, known=page) or is_file(page), page


def test_no_byte_of_somebody_else_gets_through(hostile, known):
    """Asked as another patient, the hospital answers every question with the victim's record, even to the very ids asked."""
    addresses, secrets = known
    require_closed(hostile.person(VIEWER), [*addresses, *QUERIES], secrets)


def test_a_session_from_before_the_hospital_went_wrong_is_as_safe(demo, known):
    addresses, secrets = known
    person = demo.person(VIEWER)
    own = person.walk(EACH)
    demo.hostile(VICTIM)
    try:
        require_closed(person, [*own, *person.files, *addresses, *QUERIES], secrets)
    finally:
        demo.hostile(None)


def test_a_relative_of_one_sees_nothing_of_another(hostile, known):
    """The mother of a child is told nothing of a stranger through the child's chart. (She is not the victim here.)"""
    _, secrets = known
    hostile.hostile("brendan")
    mine = secrets_of(record_of(hostile, "brendan"), [*record_of(hostile, RELATIVE), *record_of(hostile, VICTIM)])
    father = hostile.person("kenji", "relative", patient=RELATIVE)
    if father.chart:
        secrets = {s for s in mine if "devane" not in s.casefold()}
        require_closed(father, ["", "results", "appointments", "medicines", "bills", "profile", *QUERIES], secrets)


def test_staff_preview_of_one_shows_nothing_of_another(hostile, known):
    addresses, secrets = known
    require_closed(hostile.person("doctor", "clinician", patient=VIEWER), addresses, secrets)


def test_a_hospital_that_asks_nobody_for_a_token_changes_nothing(demo, known):
    """Tokens not enforced: the hospital would hand out any id to anybody; we do not ask for it, and do not pass it on."""
    addresses, secrets = known
    demo.control("alder", enforce_tokens=False)
    try:
        require_closed(demo.person(VIEWER), [*addresses, *QUERIES], secrets)
    finally:
        demo.control("alder", enforce_tokens=True)


def test_a_page_tells_that_what_came_was_not_all_right(hostile):
    """The reader is not left to believe that there is nothing: the pages say that something is missing."""
    person = hostile.person("brendan")
    for page in ("results", "bills"):
        words = Page(person.get(page)).words
        assert "no results" not in words.casefold() or "not" in words, page

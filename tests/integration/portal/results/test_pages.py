"""The results pages as a browser gets them: words, states, owners, marks, downloads."""

import re
from urllib.parse import quote

import pytest
from memory_hospital import observation, report

from fhirportal.access.viewer import Kind

RANGE = [{"low": {"value": 20, "unit": "mmol/L"}, "high": {"value": 41, "unit": "mmol/L"}}]
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


def marked(code):
    return [{"coding": [{"system": INTERPRETATION, "code": code}]}]


def text(answer):
    """What a reader sees: no tags, no doubled blanks."""
    body = re.sub(r"<(svg|script|head)\b.*?</\1>", " ", answer.text, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#39;", "'").split())


def test_the_list_shows_results_by_day_and_report(make_portal):
    portal = make_portal(observation("a", value=44, referenceRange=RANGE), report("r", ["a"]))
    page = portal.open().get()
    assert page.status_code == 200
    words = text(page)
    assert "Tuesday 17 November 2026" in words and "Diabetes blood test" in words
    assert "44 mmol/L" in words and "Above range" in words
    assert "Some parts of a record may be private or not yet released." in words
    assert 'href="/c/h1/results/a"' in page.text and 'href="/c/h1/results/report/r"' in page.text


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({}, "Your hospital has sent us no results."),
        ({"down": {"Observation", "DiagnosticReport"}}, "We can’t reach this part just now"),
        ({"absent": {"Observation", "DiagnosticReport"}}, "Your hospital does not offer this here"),
    ],
)
def test_why_there_is_nothing(make_portal, trouble, words):
    page = make_portal(**trouble).open().get()
    assert page.status_code == 200
    assert words in text(page)
    assert "Some parts of a record may be private" in text(page)


def test_one_source_down_names_it_and_shows_the_rest(make_portal):
    words = text(make_portal(observation("a"), down={"DiagnosticReport"}).open().get())
    assert "We could not load: Reports." in words and "Glucose" in words


def test_a_result_says_meaning_value_range_and_codes_last(make_portal):
    portal = make_portal(
        observation("old", "2025-11-11", 46, referenceRange=RANGE),
        observation("a", value=44, referenceRange=RANGE, note=[{"text": "Keep going.", "authorString": "Dr Okafor"}]),
        report("r", ["a"]),
    )
    page = portal.open().get("results/a")
    words = text(page)
    assert words.index("Sugar in your blood") < words.index("44 mmol/L") < words.index("2345-7")
    assert "Your result is 3 above this report’s range, 20 to 41." in words
    assert "It is 2 less than your result before, 46 on 11 November 2025." in words
    assert "What Dr Okafor says" in words and "Keep going." in words
    assert "Taken on Tuesday 17 November 2026." in words
    assert 'class="chart chart--line"' in page.text and 'class="chart chart--trend"' in page.text
    assert "The same as a table" in words


@pytest.mark.parametrize("changes", [
    {"referenceRange": None},
    {"referenceRange": [{"text": "up to 41"}]},
    {"referenceRange": [{"low": {"value": 20, "unit": "mg/dL"}}]},
    {"referenceRange": [*RANGE, {"low": {"value": 1}}]},
    {"valueQuantity": {"value": 44, "unit": "mmol/L", "comparator": "<"}},
    {"valueQuantity": None, "valueString": "44"},
    {"interpretation": marked("N")},
    {"valueQuantity": {"value": "4e99999", "unit": "mmol/L"}},
])  # fmt: skip
def test_no_number_line_where_it_would_lie(make_portal, changes):
    sent = observation("a", value=44, **({"referenceRange": RANGE} | changes))
    page = make_portal(sent).open().get("results/a")
    assert page.status_code == 200
    assert "chart--line" not in page.text


def test_far_outside_says_whom_to_call_and_nothing_of_our_own(make_portal):
    words = text(
        make_portal(observation("a", value=44, referenceRange=RANGE, interpretation=marked("HH"))).open().get("results/a")
    )
    assert "Far outside the range" in words and "01 555 0140" in words
    for ours in ("critical", "Critical", "urgent", "danger", "severe"):
        assert ours not in words


@pytest.mark.parametrize(
    ("status", "words", "value"),
    [
        ("preliminary", "Not final yet", True),
        ("corrected", "This result was corrected", True),
        ("entered-in-error", "Withdrawn by the hospital", False),
        ("cancelled", "Cancelled: there is no result", False),
        ("registered", "On its way", False),
        ("nonsense", "Ask your hospital about this result", True),
    ],
)
def test_statuses(make_portal, status, words, value):
    browser = make_portal(observation("a", value=44.125, status=status)).open()
    for page in ("results", "results/a"):
        assert words.split(":")[0] in text(browser.get(page)) or status == "corrected"
        assert ("44.125" in browser.get(page).text) is value


def test_a_mark_and_a_range_that_disagree_are_said_to(make_portal):
    sent = observation("a", value=44, referenceRange=RANGE, interpretation=marked("N"))
    assert "do not agree" in text(make_portal(sent).open().get("results/a"))


def test_blood_pressure_shows_both_parts(make_portal):
    def part(code, name, value):
        return {"code": {"text": name, "coding": [{"system": "http://loinc.org", "code": code}]},
                "valueQuantity": {"value": value, "unit": "mmHg"}}  # fmt: skip

    parts = [part("8480-6", "Upper", 132), part("8462-4", "Lower", 84)]
    sent = observation("bp", value=None, test="85354-9", name="Blood pressure", category="vital-signs", component=parts)
    browser = make_portal(sent, {**sent, "id": "bp0", "effectiveDateTime": "2025-01-01"}).open()
    assert "132/84 mmHg" in text(browser.get())
    page = browser.get("results/bp")
    assert "Upper over time" in text(page) and page.text.count("chart--trend") == 2


def test_other_people_s_results_are_not_found(make_portal):
    foreign = observation("theirs", subject={"reference": "Patient/p2"}, value=77.7)
    portal = make_portal(foreign, report("rep", ["theirs"], subject={"reference": "Patient/p2"}), ignores={"patient"})
    browser = portal.open()
    for page in ("results/theirs", "results/report/rep", "results/report/rep/file/0", "results/unknown"):
        assert browser.get(page).status_code == 404
    assert "77.7" not in browser.get().text


def test_opening_a_result_takes_the_new_tag_away_until_it_changes(make_portal):
    portal = make_portal(observation("a"))
    browser = portal.open()
    assert "tag--new" in browser.get().text
    browser.get("results/a")
    assert "tag--new" not in browser.get().text
    portal.hospital.resources[0]["meta"]["versionId"] = "2"
    assert "tag--new" in browser.get().text


@pytest.mark.parametrize("kind", [Kind.PREVIEW, Kind.UNKNOWN])
def test_viewers_without_an_account_leave_no_mark(make_portal, kind):
    portal = make_portal(observation("a"))
    guest, owner = portal.open(kind=kind), portal.open()
    assert "tag--new" not in guest.get().text
    guest.get("results/a")
    assert "tag--new" in owner.get().text


def test_a_report_marks_its_results_as_seen(make_portal):
    browser = make_portal(observation("a"), report("r", ["a"], conclusion="All is well.\nReally.")).open()
    assert "All is well." in browser.get("results/report/r").text
    assert "tag--new" not in browser.get().text


def test_ids_of_any_kind_have_a_page(make_portal):
    id_ = "A|b c?#&%" + "x" * 80
    browser = make_portal(observation(id_), report("r|1", [id_])).open()
    assert f'href="/c/h1/results/{quote(id_, safe="")}"' in browser.get().text
    assert browser.get(f"results/{quote(id_, safe='')}").status_code == 200
    assert browser.get("results/report/r%7C1").status_code == 200


def test_files_come_as_downloads_only(make_portal):
    forms = [
        {"contentType": "application/pdf;charset=utf-8", "url": "Binary/b", "title": 'X-ray "1"/ä'},
        {"contentType": "text/html", "data": "PHNjcmlwdD4="},
        {"contentType": "application/pdf", "url": "https://elsewhere.example/x"},
    ]
    portal = make_portal(report("r", [], presentedForm=forms), files={"Binary/b": b"%PDF-1"})
    browser = portal.open()
    pdf = browser.get("results/report/r/file/0")
    assert pdf.data == b"%PDF-1" and pdf.mimetype == "application/pdf"
    assert (
        pdf.headers["Content-Disposition"] == "attachment; filename=\"X-ray 1 .pdf\"; filename*=UTF-8''X-ray%201%20%C3%A4.pdf"
    )
    page = browser.get("results/report/r/file/1")
    assert page.mimetype == "application/octet-stream" and page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert browser.get("results/report/r/file/2").status_code == 404
    assert browser.get("results/report/r/file/9").status_code == 404
    assert browser.get("results/report/r/file/-1").status_code == 404


def test_a_wrong_day_is_told_next_to_its_field(make_portal):
    browser = make_portal(observation("a")).open()
    page = browser.get("results?from=yesterday")
    assert page.status_code == 400 and "Write a day like" in page.text and "Glucose" in page.text
    assert "first day must not be after" in browser.get("results?from=2026-02-01&to=2026-01-01").text
    assert browser.get("results?show=%3Cscript%3E").status_code == 200


def test_filters_and_older_pages_are_links(make_portal):
    many = [observation(f"o{n}", f"20{n % 20:02d}-03-0{n % 9 + 1}", test=f"{n}-1", name=f"T{n}") for n in range(200)]
    browser = make_portal(*many).open()
    page = browser.get("results?show=laboratory")
    older = re.search(r'href="[^"]*(results\?[^"]*)"[^>]*rel="next"', page.text)
    assert older and "show=laboratory" in older[1]
    assert browser.get(older[1].replace("&amp;", "&")).status_code == 200


def test_a_hospital_without_results_has_no_such_pages(make_portal):
    assert make_portal(setup={"features_off": ("results",)}).open().get().status_code == 404


@pytest.mark.parametrize("language", ["es", "ar"])
def test_other_languages_draw_every_page(make_portal, language):
    portal = make_portal(
        observation("a", value=44, referenceRange=RANGE), observation("b", "2025-01-01", 40, referenceRange=RANGE),
        report("r", ["a"], presentedForm=[{"contentType": "application/pdf", "data": "SGVsbG8="}]),
    )  # fmt: skip
    browser = portal.open(language=language)
    for page in ("results", "results/a", "results/report/r"):
        answer = browser.get(page)
        assert answer.status_code == 200
        assert f'lang="{language}"' in answer.text


def test_hospital_words_are_never_markup(make_portal):
    evil = "<img src=x onerror=alert(1)>"
    sent = observation("a", value=None, name=evil, valueString=evil, note=[{"text": evil}], interpretation=[{"text": evil}])
    browser = make_portal(sent, report("r", ["a"], code={"text": evil}, conclusion=evil)).open()
    for page in ("results", "results/a", "results/report/r"):
        assert "<img src=x" not in browser.get(page).text

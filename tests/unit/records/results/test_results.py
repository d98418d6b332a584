"""Lists and details of results over real dicts, the real rules and the real Reader."""

from dataclasses import replace
from datetime import date
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from memory_hospital import NOW, MemoryHospital, observation, report

from fhirportal.errors import NotFound
from fhirportal.records.found import Source
from fhirportal.records.results import get_report, get_report_file, get_result, list_results
from fhirportal.records.results_page import Filters

REPLACES = "http://hl7.org/fhir/StructureDefinition/observation-replaces"
HIGH = [{"low": {"value": 1, "unit": "mmol/L"}, "high": {"value": 4, "unit": "mmol/L"}}]


def listed(*resources, filters=Filters(), **hospital):
    return list_results(MemoryHospital(list(resources), **hospital).reader(), filters, NOW)


def ids(page):
    return [[[row.view.id for row in card.rows] for card in day.cards] for day in page.days]


def test_results_stand_with_their_report_newest_first():
    page = listed(
        observation("old", "2025-01-05"), observation("a"), observation("b"), observation("c"), report("r", ["b", "a"])
    )
    assert ids(page) == [[["b", "a"], ["c"]], [["old"]]]
    assert page.source is Source.OK and page.older is None


def test_surveys_are_no_results_and_measurements_stand_apart():
    page = listed(
        observation("survey", category="survey"),
        observation("w1", "2025-01-01", category="vital-signs", test="29463-7"),
        observation("w2", "2026-01-01", category="vital-signs", test="29463-7"),
        observation("lab"),
    )
    assert ids(page) == [[["lab"]]]
    assert [row.view.id for row in page.measurements] == ["w2"]
    assert [p.id for p in page.measurements[0].trend.points] == ["w1", "w2"]


def test_what_has_no_category_is_found_and_a_refusal_of_that_search_is_no_trouble():
    assert ids(listed(observation("a", category=""))) == [[["a"]]]
    assert listed(observation("a"), needs_category=True).troubles == ()


def test_a_result_without_a_date_stands_in_a_group_of_its_own():
    page = listed(observation("a"), observation("nodate", ""), observation("year", "", effectiveDateTime="2019"))
    assert ids(page) == [[["a"]], [["year"]], [["nodate"]]]
    assert page.days[-1].when is None


def test_days_are_the_site_s():
    at_night = observation("night", effectiveDateTime="2026-11-17T23:30:00Z")
    page = listed(at_night, observation("next", effectiveDateTime="2026-11-18"), filters=Filters(zone=ZoneInfo("Asia/Tokyo")))
    assert len(page.days) == 1


def test_panels_hold_their_members():
    panel = observation("panel", value=None, hasMember=[{"reference": "Observation/m1"}, {"reference": "Observation/m2"}])
    page = listed(panel, observation("m1"), observation("m2"))
    assert ids(page) == [[["m1", "m2"]]]
    assert page.days[0].cards[0].panel.id == "panel"


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("laboratory", [[["high", "normal"]]]),
        ("outside", [[["high"]]]),
        ("imaging", [[[]]]),
        ("measurements", [[["bp"]]]),
        ("new", [[["high"]]]),
    ],
)
def test_filters(show, expected):
    page = listed(
        observation("high", referenceRange=HIGH),
        observation("normal", value=3, referenceRange=HIGH),
        observation("bp", category="vital-signs"),
        report("xray", [], section="RAD"),
        filters=Filters(show=show, seen={"normal": "1"}, seen_reports={"xray": "1"}),
    )
    assert ids(page) == expected


def test_new_is_what_was_not_opened_in_this_version_and_is_recent():
    page = listed(
        observation("opened"), observation("corrected"), observation("old", "2024-01-01"),
        filters=Filters(seen={"opened": "1", "corrected": "0"}),
    )  # fmt: skip
    new = {r.view.id: r.new for d in page.days for c in d.cards for r in c.rows}
    assert new == {"opened": False, "corrected": True, "old": False}


def test_nothing_is_new_to_a_viewer_who_leaves_no_marks():
    assert not any(r.new for d in listed(observation("a")).days for c in d.cards for r in c.rows)


def test_a_source_that_is_down_is_named_and_the_rest_shown():
    page = listed(observation("a"), report("r", ["a"]), down={"DiagnosticReport"})
    assert ids(page) == [[["a"]]]
    assert page.troubles == (("reports", Source.DOWN),)
    assert listed(down={"DiagnosticReport", "Observation"}).source is Source.DOWN
    assert listed(absent={"DiagnosticReport", "Observation"}).source is Source.NOT_OFFERED


def test_without_the_scope_it_is_said_to_be_not_shared():
    hospital = MemoryHospital([observation("a")])
    page = list_results(hospital.reader(scopes=frozenset({"patient/Patient.rs"})), Filters(), NOW)
    assert page.empty and page.source is Source.NOT_SHARED
    assert hospital.asked == []


def test_what_belongs_to_another_patient_is_never_listed():
    foreign = observation("foreign", subject={"reference": "Patient/p2"})
    hospital = MemoryHospital([foreign, observation("mine"), report("r", ["foreign", "mine"])], ignores={"patient"})
    assert ids(list_results(hospital.reader(), Filters(), NOW)) == [[["mine"]]]


def test_older_pages_reach_everything_once():
    many = [
        observation(f"{year}-{month}-{n}", f"{year}-{month:02d}-03", name=f"Test {n}", test=f"{n}-0")
        for year in range(2000, 2026)
        for month in (2, 7)
        for n in range(12)
    ]
    hospital, filters, seen, pages = MemoryHospital(many), Filters(), [], 0
    while True:
        page = list_results(hospital.reader(), filters, NOW)
        seen += [row.view.id for day in page.days for card in day.cards for row in card.rows]
        pages += 1
        if page.older is None:
            break
        assert filters.last is None or page.older < filters.last
        filters = replace(filters, last=page.older)
    assert sorted(seen) == sorted(o["id"] for o in many)
    assert 5 < pages < 40


def test_a_day_too_full_for_one_answer_is_passed_not_repeated():
    many = [observation(f"d{n}", "2026-01-01", test=f"{n}-1") for n in range(700)]
    page = listed(*many, observation("older", "2025-01-01"))
    assert page.days and page.older == date(2025, 12, 31)


def test_a_window_of_days_is_kept_to():
    page = listed(
        observation("in", "2026-03-03"), observation("out", "2026-03-05"), observation("never", ""),
        filters=Filters(first=date(2026, 3, 2), last=date(2026, 3, 4)),
    )  # fmt: skip
    assert ids(page) == [[["in"]]]
    listed(filters=Filters(first=date.min, last=date.max))


def test_thousands_of_results_stay_fast():
    many = [observation(f"o{n}", f"20{n % 25:02d}-{n % 12 + 1:02d}-07", test=f"{n % 40}-1") for n in range(5000)]
    hospital = MemoryHospital(many)
    started = perf_counter()
    list_results(hospital.reader(), Filters(), NOW)
    assert perf_counter() - started < 2.5


def test_one_result_with_its_report_and_history():
    hospital = MemoryHospital(
        [observation("a", "2025-01-01"), observation("b"), observation("x", test="1-1"), report("r", ["b"])]
    )
    page = get_result(hospital.reader(), "b")
    assert page.report.id == "r"
    assert [p.id for p in page.findings[0].trend.points] == ["a", "b"]
    assert page.troubles == ()


def test_ids_with_signs_of_the_search_grammar():
    id_ = "A|b,c$ \\" + "x" * 80
    hospital = MemoryHospital([observation(id_), report("r", [id_])])
    page = get_result(hospital.reader(), id_)
    assert page.report.id == "r"
    assert [row.view.id for row in get_report(hospital.reader(), "r").rows] == [id_]


def test_a_server_that_ignores_the_result_parameter_does_not_lend_a_wrong_report():
    hospital = MemoryHospital([observation("a"), report("other", ["z"])], ignores={"result"})
    assert get_result(hospital.reader(), "a").report is None


def test_history_that_does_not_come_is_named():
    class Picky(MemoryHospital):
        def search(self, ask, *rest):
            if ask.type == "Observation":
                self.down = {"Observation"}
            return super().search(ask, *rest)

    page = get_result(Picky([observation("a")]).reader(), "a")
    assert page.troubles == (("results", Source.DOWN),)
    assert page.view.id == "a"


def test_a_corrected_result_brings_what_it_replaced():
    link = {
        "url": "http://hl7.org/fhir/StructureDefinition/observation-replaces",
        "valueReference": {"reference": "Observation/was"},
    }
    hospital = MemoryHospital([observation("was", value=50), observation("now", status="corrected", extension=[link])])
    assert get_result(hospital.reader(), "now").replaced.id == "was"


def test_another_patient_s_result_is_not_found():
    hospital = MemoryHospital([observation("foreign", subject={"reference": "Patient/p2"})])
    with pytest.raises(NotFound):
        get_result(hospital.reader(), "foreign")


def test_a_report_says_which_results_did_not_come():
    inside = {"resourceType": "Observation", "id": "c1", "status": "final", "code": {"text": "Inside"}, "valueString": "x"}
    sent = report("r", ["b", "gone", "a"], contained=[inside])
    sent["result"].append({"reference": "#c1"})
    page = get_report(MemoryHospital([sent, observation("a"), observation("b")]).reader(), "r")
    assert [row.view.id for row in page.rows] == ["b", "a", ""]
    assert page.missing == 1


def test_files_of_a_report():
    forms = [{"contentType": "application/pdf", "data": "SGVsbG8="}, {"url": "Binary/b1"}, {"title": "lost"}]
    hospital = MemoryHospital([report("r", [], presentedForm=forms)], files={"Binary/b1": b"%PDF"})
    assert get_report_file(hospital.reader(), "r", 0)[1].data == b"Hello"
    assert get_report_file(hospital.reader(), "r", 1)[1].data == b"%PDF"
    for index in (2, 3, -1):
        with pytest.raises(NotFound):
            get_report_file(hospital.reader(), "r", index)


def test_a_withdrawn_report_has_no_files():
    sent = report("r", [], status="entered-in-error", presentedForm=[{"contentType": "text/plain", "data": "SGVsbG8="}])
    with pytest.raises(NotFound):
        get_report_file(MemoryHospital([sent]).reader(), "r", 0)


def test_every_read_leaves_an_audit_row_without_values():
    hospital = MemoryHospital([observation("a"), report("r", ["a"])])
    get_result(hospital.reader(), "a")
    assert {row.type for row in hospital.rows} == {"Observation", "DiagnosticReport"}

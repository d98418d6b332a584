"""Search at the sandbox's FHIR server: every kind of parameter, prefix, modifier and page, over HTTP."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MINE = "/Observation?patient=odd"
CODE = {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}
ALL = {"year", "month", "day", "instant", "period", "never", "low", "high"}


def observation(id_, **more):
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": CODE,
        "subject": {"reference": "Patient/else"},
        **more,
    }


SPELLINGS = [(n, v) for n in ("patient", "subject") for v in ("odd", "Patient/odd", "{base}/Patient/odd")] + [
    ("subject:Patient", "odd")
]


@pytest.mark.parametrize(("name", "value"), SPELLINGS)
def test_a_reference_in_every_spelling(server, name, value):
    assert set(server.ids(f"/Observation?{name}={quote(value.format(base=server.base))}")) == ALL


def test_another_servers_patient_is_another_patient(server):
    assert "absolute" not in server.ids(MINE)
    assert server.ids("/Observation?subject=https://elsewhere.example/fhir/Patient/odd") == ["absolute"]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("2019", {"year", "month", "day", "instant", "period"}),
        ("2019-05", {"month", "day", "instant", "period"}),
        ("2019-05-17", {"day", "instant"}),
        ("2019-05-17T07:30:00Z", {"instant"}),
        ("2019-05-17T09:30:00%2B02:00", {"instant"}),
        ("lt2019-05-17", {"year", "month", "period"}),
        ("gt2019-05-17", {"year", "month", "period"}),
        ("ge2019-05-17", {"year", "month", "period", "day", "instant"}),
        ("sa2019-05-16", {"day", "instant"}),
        ("eb2019-05-18", {"day", "instant"}),
        ("ne2019", set()),
    ],
)
def test_dates_are_intervals(server, value, wanted):
    assert set(server.ids(f"{MINE}&date={value}")) == wanted


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("code=718-7", ALL),
        ("code=http://loinc.org|718-7", ALL),
        ("code=http://loinc.org|", ALL),
        ("code=|718-7", set()),
        ("code=http://other.example|718-7", set()),
        ("code=718-7,xyz", ALL),
        ("code=xyz", set()),
        ("status=preliminary", {"never"}),
        ("status:not=final", {"never"}),
        ("status=final&status=preliminary", set()),
        ("status=final,preliminary", ALL),
        ("date:missing=true", {"never", "low", "high"}),
        ("date:missing=false", {"year", "month", "day", "instant", "period"}),
        ("value-quantity=5.4", {"low"}),
        ("value-quantity=5", {"low"}),  # 5 stands for [4.5, 5.5)
        ("value-quantity=5.0", set()),
        ("value-quantity=gt5.4", {"high"}),
        ("value-quantity=le12||g/dL", {"low", "high"}),
        ("value-quantity=5.4|http://unitsofmeasure.org|g/dL", {"low"}),
        ("value-quantity=5.4||mg", set()),
        ("_id=year,month,nobody", {"year", "month"}),
        ("_lastUpdated=gt2000-01-01", ALL),
        ("_lastUpdated=lt2000-01-01", set()),
    ],
)
def test_tokens_numbers_and_their_modifiers(server, query, wanted):
    assert set(server.ids(f"{MINE}&{query}")) == wanted


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("family=odegard", False),
        ("family=Ødegård", True),
        ("family=ødeg", True),
        ("name=zoe", True),
        ("name:contains=nunez", True),
        ("name=nunez", False),
        ("name:exact=Zoë", True),
        ("name:exact=zoë", False),
        ("name=%25", False),
    ],
)
def test_strings_begin_fold_and_do_not_run_wild(server, query, found):
    assert ("odd" in server.ids(f"/Patient?{query}")) is found


def test_sorting_several_ways(server):
    dated = server.ids("/Observation?patient=orla&code=59261-8&_sort=-date")
    assert dated == sorted(dated, reverse=True) and len(dated) > 5
    assert server.ids("/Observation?patient=orla&code=59261-8&_sort=date") == dated[::-1]
    by_status = server.ids(f"{MINE}&_sort=-status,_id")
    assert by_status[0] == "never" and by_status[1:] == sorted(by_status[1:])


def test_pages_hold_everything_once_and_their_links_say_nothing(server):
    whole = server.ids("/Slot?_sort=start&_count=500")
    assert server.ids("/Slot?_sort=start&_count=37") == whole and len(set(whole)) == len(whole) > 100
    first = server.get("/Slot?_count=3&status=free").json()
    following = next(link["url"] for link in first["link"] if link["relation"] == "next")
    assert "status" not in following and "Slot" not in following
    assert server.get("?_page=made-up").status_code == 410


def test_counts_and_totals(server):
    assert server.get(f"{MINE}&_summary=count").json()["total"] == len(ALL)
    assert "entry" not in server.get(f"{MINE}&_summary=count").json()
    assert server.get(f"{MINE}&_count=2&_total=accurate").json()["total"] == len(ALL)
    assert len(server.get(f"{MINE}&_count=2").json()["entry"]) == 2


def test_elements_and_summaries_cut_and_say_so(server):
    cut = server.get("/Observation/low?_elements=valueQuantity").json()
    assert set(cut) == {"resourceType", "id", "meta", "status", "code", "valueQuantity"}
    assert cut["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert "participant" in server.get("/Appointment?patient=orla&_summary=true").json()["entry"][0]["resource"]


def test_includes_come_once_and_apart(server):
    bundle = server.get("/Appointment?patient=orla&_include=Appointment:location&_include=Appointment:practitioner").json()
    included = [e["resource"] for e in bundle["entry"] if e["search"]["mode"] == "include"]
    assert {r["resourceType"] for r in included} == {"Location", "Practitioner"}
    assert len({(r["resourceType"], r["id"]) for r in included}) == len(included)
    only = server.get("/Appointment?patient=orla&_include=Appointment:actor:Location").json()
    assert {e["resource"]["resourceType"] for e in only["entry"]} == {"Appointment", "Location"}


def test_post_search_is_the_same_search(server):
    posted = server.send(
        "POST", "/Observation/_search", "patient=odd&status=final", Content_Type="application/x-www-form-urlencoded"
    )
    assert {e["resource"]["id"] for e in posted.json()["entry"]} == ALL - {"never"}


def test_the_self_link_shows_what_was_applied(server):
    lenient = server.get(f"{MINE}&nonsense=1&status=final").json()
    address = next(link["url"] for link in lenient["link"] if link["relation"] == "self")
    assert "nonsense" not in address and "status=final" in address
    assert server.get(f"{MINE}&nonsense=1", Prefer="handling=strict").status_code == 400


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("status:not=final,preliminary", set()),
        ("value-quantity=ap5", {"low"}),
        ("value-quantity=ne5.4", {"high"}),
        ("value-quantity=sa5.4", {"high"}),
        ("value-quantity=eb12", {"low"}),
        ("value-quantity=5.4e0", {"low"}),
        ("value-quantity=lt5.4,gt11.9", {"high"}),
        ("combo-value-quantity=5.4", {"low"}),
        ("_lastUpdated=ge2000&_lastUpdated=sa2001", ALL),
        ("_lastUpdated:missing=true", set()),
        ("subject:Patient=odd", ALL),
        ("subject:Group=odd", set()),
        ("subject:Patient=Group/odd", set()),
        ("subject=Patient/odd/_history/4", ALL),
        ("patient=odd,nobody", ALL),
        ("_id=low&_id=high", set()),
        ("_id=low&_id=low,high", {"low"}),
    ],
)
def test_more_of_every_kind(server, query, wanted):
    assert set(server.ids(f"{MINE}&{query}")) == wanted


def test_a_reference_by_identifier(server):
    assert server.ids("/Observation?subject:identifier=odd") == ["identified"]
    assert server.ids("/Observation?subject:identifier=urn:other|odd") == []


def test_canonicals_are_found_with_and_without_their_version(server):
    response = {
        "resourceType": "QuestionnaireResponse",
        "id": "qr",
        "status": "completed",
        "questionnaire": "http://q.example/q|2",
    }
    server.store.put_all([response])
    for value, found in (("http://q.example/q", ["qr"]), ("http://q.example/q|2", ["qr"]), ("http://q.example/q|3", [])):
        assert server.ids(f"/QuestionnaireResponse?questionnaire={quote(value, safe='')}") == found


def test_values_may_hold_what_separates_values(server):
    server.store.put_all([observation("comma", code={"coding": [{"system": "urn:a", "code": "x,y"}]})])
    assert server.ids("/Observation?code=x\\,y") == ["comma"]
    assert server.ids("/Observation?code=x,y") == []
    server.send("DELETE", "/Observation/comma")


def test_the_updating_instant_is_found_to_the_millisecond(server):
    instant = server.get("/Observation/low").json()["meta"]["lastUpdated"]
    assert "low" in server.ids(f"/Observation?_lastUpdated={instant}&_count=500")
    assert "low" not in server.ids(f"/Observation?_lastUpdated=gt{instant}&_count=500")
    assert "low" in server.ids(f"/Observation?_lastUpdated=ge{instant}&_count=500")


def test_a_type_without_parameters_of_its_own_is_still_searched(server):
    server.store.put_all([{"resourceType": "Contract", "id": "c1"}])
    assert server.ids("/Contract") == server.ids("/Contract?_id=c1") == server.ids("/Contract?_lastUpdated=gt2000") == ["c1"]


@pytest.mark.parametrize("query", ["name:phonetic=x", "code:text=x", "code:in=x", "date:exact=2019", "_id:not=x", "subject:Nothing=1",
                                   "status:of-type=x", "_lastUpdated:exact=2019"])  # fmt: skip
def test_an_unknown_modifier_never_widens_a_search(server, query):
    path = f"/Patient?{query}" if query.startswith("name") else f"{MINE}&{query}"
    answer = server.get(path)
    assert answer.status_code == 400 and "modifier" in answer.json()["issue"][0]["diagnostics"]


def test_count_zero_and_totals_as_asked(server):
    zero = server.get(f"{MINE}&_count=0").json()
    assert zero["total"] == len(ALL) and "entry" not in zero and [link["relation"] for link in zero["link"]] == ["self"]
    assert "total" not in server.get(f"{MINE}&_total=none").json()
    first = server.get(f"{MINE}&_count=3&_total=accurate").json()
    second = server.get("?" + next(k["url"] for k in first["link"] if k["relation"] == "next").partition("?")[2]).json()
    assert first["total"] == second["total"] == len(ALL)


def test_a_page_shows_what_was_found_then_and_not_what_was_deleted_since(server):
    server.store.put_all([observation(f"page{n}", subject={"reference": "Patient/paged"}) for n in range(6)])
    first = server.get("/Observation?patient=paged&_count=2&_sort=_id").json()
    server.store.put_all([observation("page00", subject={"reference": "Patient/paged"})])
    server.store.delete("Observation", "page2")
    link = next(k["url"] for k in first["link"] if k["relation"] == "next")
    assert [e["resource"]["id"] for e in server.get("?" + link.partition("?")[2]).json()["entry"]] == ["page3", "page4"]
    for n in server.ids("/Observation?patient=paged"):
        server.store.delete("Observation", n)


@pytest.mark.parametrize(("summary", "there", "cut"), [("true", "valueQuantity", "note"), ("text", "text", "valueQuantity"),
                                                       ("data", "note", "text"), ("false", "note", "")])  # fmt: skip
def test_summaries_are_those_of_r4(server, summary, there, cut):
    text = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}
    server.store.put_all(
        [
            observation(
                "summed", subject={"reference": "Patient/summed"}, text=text, note=[{"text": "n"}], valueQuantity={"value": 1}
            )
        ]
    )
    for path in (f"/Observation/summed?_summary={summary}", f"/Observation?_id=summed&_summary={summary}"):
        body = server.get(path).json()
        found = body["entry"][0]["resource"] if body["resourceType"] == "Bundle" else body
        assert there in found and cut not in found and found["status"] == "final"
        assert ("SUBSETTED" in str(found["meta"])) is (summary != "false")


def test_a_full_url_can_be_fetched(server):
    found = server.get("/CareTeam?patient=odd").json()["entry"][0]
    assert " " not in found["fullUrl"] and "|" not in found["fullUrl"]
    assert server.get(found["fullUrl"].removeprefix(server.base)).json()["id"] == found["resource"]["id"]


@pytest.mark.parametrize(
    "query",
    ["value-quantity=1e999999999", "value-quantity=NaN", "value-quantity=1_0", "_count=²", "name=" + "x" * 3000,
     "code=" + ",".join(["x"] * 400) + "&status=" + ",".join(["y"] * 400), "&".join(["status=final"] * 80),
     "&".join("date=ge2019" + ",ge2020" * 300 for _ in range(12))],
)  # fmt: skip
def test_excess_is_refused_or_answered(server, query):
    assert server.get(f"{MINE}&{query}").status_code in (200, 400)


@pytest.mark.parametrize(
    "query",
    ["date=yesterday", "date=2019-13", "value-quantity=much", "_count=many", "_count=-1", "_summary=all", "_sort=height", "_total=x",
     "date:missing=perhaps", "_include=Observation:nothing", "_include=*", "code=" + ",".join("x" * 1 for _ in range(600))],
)  # fmt: skip
def test_values_that_cannot_be_read_are_bad_requests(server, query):
    answer = server.get(f"{MINE}&{query}")
    assert answer.status_code == 400 and answer.json()["resourceType"] == "OperationOutcome"


names = st.sampled_from(
    ["patient", "date", "code", "status", "value-quantity", "_id", "_sort", "_count", "_lastUpdated", "_include", "_elements",
     "_summary", "_total", "date:missing", "code:not", "subject:Patient", "value-concept:in", "_has:Observation:patient:code", "x"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(names, st.text(max_size=20)), max_size=4))
def test_no_query_breaks_the_server(server, params):
    query = "&".join(f"{quote(n)}={quote(v, safe='')}" for n, v in params)
    assert server.get(f"/Observation?{query}").status_code in (200, 400)

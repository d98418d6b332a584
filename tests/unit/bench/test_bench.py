"""The bench itself: it finds every mapping, tells numbers beside goals, and does not pass for measured what was not."""

import sys

import pytest

from tests.bench import __main__ as bench
from tests.bench import meanings
from tests.bench.measuring import NotMeasured, share
from tests.bench.telling import table

ROW = {"pages_per_second": 9.0, "p50_ms": 44.0, "p99_ms": 50.0, "processor_ms": 9.0, "bare_per_second": 20.0}
REPORT = {
    "latency_ms": 40,
    "dashboard": {
        "questions": 7,
        "p50_ms": 42.0,
        "slowest_question_ms": 40.0,
        "all_at_once_ms": 41.0,
        "ratio_to_slowest": 1.05,
        "ratio_to_all_at_once": 1.02,
        "processor_ms": 1.1,
    },
    "throughput": [{"clients": 1, **ROW}, {"clients": 16, **ROW}],
    "pages": {"dashboard": 42.0},
    "memory_mb": {"after_start": {"pss": 60.0, "rss": 80.0}, "after_load": {"pss": 70.0, "rss": 90.0}},
    "mappings": [
        {"type": "Patient", "resources": 8, "bytes": 900, "to_view": 50.0, "json": 10.0, "validate": 200.0},
        {"type": "Slot", "resources": 0},
    ],
    "stolen_percent": 0.0,
}


def test_every_mapping_is_found_by_its_type():
    found = dict(meanings.discover())
    assert {"Observation", "DiagnosticReport", "MedicationRequest", "Invoice", "Appointment", "Patient"} <= set(found)


def test_the_table_has_numbers_beside_goals():
    told = table(REPORT)
    (ratio,) = [line for line in told.splitlines() if line.startswith("dashboard / slowest")]
    assert ratio.split()[4] == "1.05" and "P4" in ratio
    assert "16 at once: p50 / slowest question" in told and "1.100" in told
    assert "none in the demo" in told


def test_what_could_not_be_measured_is_no_result(monkeypatch, capsys):
    def fails(*, quick):
        raise NotMeasured("dashboard: status 503")

    monkeypatch.setitem(bench.BENCHES, "pages", fails)
    monkeypatch.setattr(sys, "argv", ["bench", "pages", "--quick"])
    assert bench.main() == 1
    said = capsys.readouterr()
    assert not said.out and "status 503" in said.err


@pytest.mark.parametrize(("part", "value"), [(0.0, 1), (0.5, 3), (0.99, 4)])
def test_the_share_of_values(part, value):
    assert share([4, 1, 3, 2], part) == value

"""The numbers as a table for people, each beside its goal."""

from collections.abc import Iterator
from typing import Any

GOALS = {
    "ratio": "1.05 or less (P4)",
    "cpu": "1.2 or less (P4)",
    "many": "1.08 x the slowest question or less (P4)",
    "tail": "1.3 x the slowest question or less (P4)",
    "idle": "75 or less (P8)",
}


def table(report: dict[str, Any]) -> str:
    """Name, number, goal in three columns; then the mappings."""
    rows = list(_rows(report))
    widths = [max(len(row[n]) for row in rows) for n in (0, 1)]
    lines = [f"{name.ljust(widths[0])}  {value.rjust(widths[1])}  {goal}".rstrip() for name, value, goal in rows]
    return "\n".join([*lines, "", *_mappings(report["mappings"]), ""])


def _rows(report: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    dashboard, memory = report["dashboard"], report["memory_mb"]
    yield f"Upstream latency {report['latency_ms']} ms", "measured", "goal"
    yield f"dashboard ({dashboard['questions']} questions), p50 ms", str(dashboard["p50_ms"]), ""
    yield "its slowest question alone, ms", str(dashboard["slowest_question_ms"]), ""
    yield "its questions all at once, bare client, ms", str(dashboard["all_at_once_ms"]), ""
    yield "dashboard / slowest question", str(dashboard["ratio_to_slowest"]), GOALS["ratio"]
    yield "dashboard / all at once", str(dashboard["ratio_to_all_at_once"]), ""
    yield "processor ms a dashboard", str(dashboard["processor_ms"]), GOALS["cpu"]
    for row in report["throughput"]:
        at = f"{row['clients']} at once: "
        slowest = dashboard["slowest_question_ms"]
        many = row["clients"] > 1
        yield f"{at}dashboards a second", str(row["pages_per_second"]), ""
        yield f"{at}the bare client's rounds of questions a second", str(row["bare_per_second"]), ""
        yield f"{at}p50 / slowest question", f"{row['p50_ms'] / slowest:.3f}", GOALS["many"] if many else GOALS["ratio"]
        yield f"{at}p99 / slowest question", f"{row['p99_ms'] / slowest:.3f}", GOALS["tail"] if many else ""
        yield f"{at}processor ms a dashboard", str(row["processor_ms"]), GOALS["cpu"]
    for page, taken in report["pages"].items():
        yield f"page {page}, p50 ms", str(taken), ""
    yield "memory after the start, PSS MB", str(memory["after_start"]["pss"]), GOALS["idle"]
    yield "memory after the load, PSS MB", str(memory["after_load"]["pss"]), ""
    yield "processor time stolen by other guests, %", str(report["stolen_percent"]), "2 or less, else do not believe it"


def _mappings(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"{'us a resource':24}{'count':>7}{'bytes':>8}{'to_view':>10}{'json.loads':>12}{'fhir.resources':>16}{'view/json':>11}"
    for row in rows:
        if not row["resources"]:
            yield f"{row['type']:24}{0:>7}  (none in the demo)"
            continue
        ratio = row["to_view"] / max(row["json"], 0.1)
        yield (
            f"{row['type']:24}{row['resources']:>7}{row['bytes']:>8}{row['to_view']:>10}{row['json']:>12}"
            f"{row['validate']:>16}{ratio:>11.1f}"
        )

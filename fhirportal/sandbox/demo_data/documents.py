"""Letters, notes and summaries as PDF, HTML and C-CDA, the Binaries behind them, and who wrote them (Provenance)."""

import base64
from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape

from fhirportal.sandbox.demo_data import pdf
from fhirportal.sandbox.demo_data.build import LOINC, THO, Calendar, Resource, concept, iso, ref
from fhirportal.sandbox.demo_data.family import BY_KEY, Member
from fhirportal.sandbox.demo_data.hospital import CLINICIANS, ORGANIZATION, Clinician

NOTES = (  # patient, days ago, clinician, LOINC, kind of document, sentences
    ("orla", 95, "okafor", "11506-3", "Visit summary", (
        "We talked about your blood sugar. It is coming down.", "Keep taking metformin twice a day.",
        "We will check your eyes and your blood again before your next visit.")),
    ("orla", 420, "pereira", "11506-3", "Visit summary", (
        "You had a sore throat.", "You cannot take penicillin, so we gave you another antibiotic for 7 days.")),
    ("aoife", 42, "nolan", "18842-5", "Scan summary", ("Your baby is growing well.", "Everything we looked at was as expected.")),
    ("finn", 90, "farrell", "11506-3", "Asthma plan", ("Brown inhaler every day.", "Blue inhaler when wheezy.", "Call us if you need it often.")),
    ("brendan", 14, "haddad", "18842-5", "Discharge summary", (
        "You stayed one day because your potassium was high.", "Ramipril is paused until your next blood test.",
        "Please come for a blood test in two weeks.")),
)  # fmt: skip


def resources(calendar: Calendar, so_far: Iterable[Resource]) -> Iterator[Resource]:
    """The documents, and the PDFs that the reports in `so_far` point to."""
    for report in (r for r in so_far if r["resourceType"] == "DiagnosticReport"):
        yield from _report_pdf(report)
    for n, row in enumerate(NOTES):
        yield from _note(calendar, n, *row)
    yield from _ccda(calendar)


def binary(id_: str, content_type: str, data: bytes) -> Resource:
    return {"resourceType": "Binary", "id": id_, "contentType": content_type, "data": base64.b64encode(data).decode()}


def _report_pdf(report: Resource) -> Iterator[Resource]:
    name = report["subject"]["display"]
    lines = [f"Name: {name}", f"Taken: {report['effectiveDateTime'][:10]}", ""]
    lines += [f"- {item['display']}" for item in report.get("result", [])] or [report.get("conclusion", "")]
    form = report["presentedForm"][0]
    data = pdf.page(f"Alder Quay Hospital: {report['code']['text']}", lines)
    yield binary(form["url"].removeprefix("Binary/"), "application/pdf", data)
    yield provenance(f"DiagnosticReport/{report['id']}", report["issued"], ORGANIZATION, "Alder Quay Hospital laboratory")


def _note(
    calendar: Calendar, n: int, who: str, ago: int, by: str, code: str, kind: str, sentences: tuple[str, ...]
) -> Iterator[Resource]:
    member, clinician, at = BY_KEY[who], CLINICIANS[by], calendar.at(-ago, "17:00")
    html = "".join(f"<p>{escape(s)}</p>" for s in sentences)
    page = f'<!doctype html><html lang="en"><head><title>{kind}</title></head><body><h1>{kind}</h1>{html}</body></html>'
    data = pdf.page(kind, [f"Name: {member.name}", f"Date: {at:%d %B %Y}", f"From: {clinician.display}", "", *sentences])
    yield binary(f"note-{n}-pdf", "application/pdf", data)
    yield binary(f"note-{n}-html", "text/html", page.encode())
    yield _reference(f"note-{n}", member, clinician, at, (code, kind), ("application/pdf", "text/html"))
    yield provenance(f"DocumentReference/note-{n}", iso(at), clinician.reference, clinician.display)


def _reference(
    id_: str, member: Member, clinician: Clinician, at: datetime, kind: tuple[str, str], types: tuple[str, ...]
) -> Resource:
    endings = {"application/pdf": "pdf", "text/html": "html", "application/xml": "xml"}
    return {
        "resourceType": "DocumentReference",
        "id": id_,
        "status": "current",
        "docStatus": "final",
        "type": concept(kind[1], (LOINC, kind[0], kind[1])),
        "category": [concept("Clinical note", ("http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
                                               "clinical-note", "Clinical Note"))],
        "subject": ref(member.reference, member.name),
        "date": iso(at),
        "author": [ref(clinician.reference, clinician.display)],
        "custodian": ref(ORGANIZATION, "Alder Quay Hospital"),
        "content": [
            {"attachment": {"contentType": t, "url": f"Binary/{id_}-{endings[t]}", "title": kind[1], "creation": iso(at)}} for t in types
        ],
    }  # fmt: skip


def _ccda(calendar: Calendar) -> Iterator[Resource]:
    orla, okafor, at = BY_KEY["orla"], CLINICIANS["okafor"], calendar.at(-95, "17:10")
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <realmCode code="IE"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.10.20.22.1.2"/>
  <id root="2.25.1001" extension="ccda-orla"/>
  <code code="34133-9" codeSystem="2.16.840.1.113883.6.1" displayName="Summary of episode note"/>
  <title>Continuity of care document</title><effectiveTime value="{at:%Y%m%d%H%M%S}"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="en-IE"/>
  <recordTarget><patientRole><id extension="orla"/><patient><name><given>Orla</given><family>Devane</family></name></patient>
  </patientRole></recordTarget>
  <component><structuredBody><component><section><title>Problems</title>
  <text><list><item>Type 2 diabetes</item><item>High blood pressure</item></list></text></section></component></structuredBody></component>
</ClinicalDocument>
"""
    yield binary("ccda-orla-xml", "application/xml", text.encode())
    yield _reference("ccda-orla", orla, okafor, at, ("34133-9", "Summary for another hospital"), ("application/xml",))


def provenance(target: str, recorded: str, agent: str, name: str) -> Resource:
    return {
        "resourceType": "Provenance",
        "id": f"made-{target.replace('/', '-').lower()}",
        "target": [ref(target)],
        "recorded": recorded,
        "agent": [{"type": concept("", (THO + "provenance-participant-type", "author", "Author")), "who": ref(agent, name)}],
    }

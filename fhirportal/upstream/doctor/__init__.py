"""Looks at a FHIR server from outside, without a token: what it says, what it does, and where the two differ.

It only reads (GET), within one time budget, and keeps nothing. It must not know pages, features or settings files.
"""

from fhirportal.upstream.doctor.asking import Asker, Reply
from fhirportal.upstream.doctor.examination import Examination, examine
from fhirportal.upstream.doctor.findings import Finding, list_findings
from fhirportal.upstream.doctor.searches import Wanted

__all__ = ["Asker", "Examination", "Finding", "Reply", "Wanted", "examine", "list_findings"]

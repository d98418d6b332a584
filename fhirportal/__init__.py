"""fhirportal: a patient portal and SMART on FHIR gateway in front of a hospital's FHIR R4 server."""

__version__ = "0.1.0"

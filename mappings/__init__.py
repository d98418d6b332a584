"""What FHIR resources mean: pure functions from FHIR R4 dicts to frozen views. No I/O, no clock, no words for pages."""

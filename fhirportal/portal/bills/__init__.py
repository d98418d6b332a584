"""Pages about money: what is to be paid, bills, what insurers decided. It knows views and words, never FHIR."""

"""The door frame: base template, macros, charts, navigation, static files. It knows views and words, never FHIR or network."""

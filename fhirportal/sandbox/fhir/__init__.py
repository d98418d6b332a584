"""A small, real FHIR R4 server on SQLite. It must not know SMART, people or the portal: who may see what comes as a Policy."""

"""Pages about the person: who they are to the hospital, what is shared, signing out. They know views, never FHIR."""

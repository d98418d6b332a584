"""The door for those who run the portal: is the process alive, and can it answer patients."""

from fhirportal.ops.routes import blueprint

__all__ = ["blueprint"]

"""The only door to the network: `Door` for everybody, `ProtocolHttp` for the SMART protocol."""

from fhirportal.http.door import Answer, Door
from fhirportal.http.protocol import ProtocolHttp

__all__ = ["Answer", "Door", "ProtocolHttp"]

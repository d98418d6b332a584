"""The embedded hospital: a FHIR R4 server, SMART in front of it, a staff desk and made-up data, for the demo and the tests.

It imports nothing of the portal, smart_launch or mappings: two opinions of one protocol, so that neither hides the other's
misreading.
"""

"""The staff desk: the hospital's own screens, where staff open the portal for somebody and release or correct results.

It is a different product from the portal on purpose. It writes ordinary FHIR and must not know the portal.
"""

"""The sandbox hospital's SMART on FHIR front: launches, sign-in, tokens and what each token lets through.

It knows the protocol and this sandbox's people and clients. It must not know the portal: nothing of fhirportal (outside
the sandbox), smart_launch or mappings is imported, so that neither side's misreading hides the other's.
"""

"""For all tests: property tests judge behaviour, not how busy the machine is; the full run looks longer."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("full", settings.get_profile("house"), max_examples=1000)
settings.load_profile("full" if os.environ.get("FHIRPORTAL_TEST_FULL") else "house")

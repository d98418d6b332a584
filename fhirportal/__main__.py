"""`python -m fhirportal` is the `fhirportal` command."""

import sys

from fhirportal.cli import main

sys.exit(main())

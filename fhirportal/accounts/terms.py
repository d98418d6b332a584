"""Whether this person has accepted the hospital's terms as they are now, and keeping that they did.

It decides that a changed version asks again, and that a viewer without an account is asked once per session. It must not know
the words of any terms or pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from fhirportal.accounts.session import Session
from fhirportal.accounts.sessions import Sessions
from fhirportal.settings import Hospital
from fhirportal.storage import terms


@dataclass(frozen=True)
class Terms:
    """The acceptances of this deployment."""

    engine: Engine
    sessions: Sessions
    clock: Callable[[], datetime]

    def accepted(self, session: Session, hospital: Hospital) -> bool:
        """Whether nothing has to be asked. What the account accepted elsewhere is looked up once per session."""
        if _mark(hospital) in session.terms:
            return True
        if session.account_id is None:
            return False
        if not terms.has_accepted(self.engine, session.account_id, hospital.slug, hospital.terms_version):
            return False
        self.sessions.set_terms(session, _mark(hospital))
        return True

    def accept(self, session: Session, hospital: Hospital, language: str) -> Session:
        """Keep the acceptance: for good where there is an account, else for this session."""
        if session.account_id is not None:
            terms.accept_terms(self.engine, session.account_id, hospital.slug, hospital.terms_version, language, self.clock())
        return self.sessions.set_terms(session, _mark(hospital))


def _mark(hospital: Hospital) -> str:
    return f"{hospital.slug}@{hospital.terms_version}"

"""The words for everything that can go wrong: what happened, that nothing is lost, one way on. By an error's stable code.

It decides words and which way on is offered. It must not know requests or why an error was raised.
"""

from dataclasses import dataclass
from typing import Literal

from fhirportal.errors import PortalError
from fhirportal.words import mark as N_

Way = Literal["retry", "sign-in", "home", "back", "none"]


@dataclass(frozen=True)
class Problem:
    """A page about trouble, untranslated: `way` is the one thing to do next, `label` what its button says."""

    title: str
    happened: str
    way: Way = "home"
    label: str = N_("Go to the first page")


AGAIN = N_("Try again")

_ANYWHERE = {
    "bad-input": Problem(
        N_("We could not use what was sent"),
        N_("Something in it was missing or not as we expected. Nothing was changed."),
        "back", N_("Go back"),
    ),
    "not-signed-in": Problem(
        N_("You are not signed in"),
        N_("We sign you out when you have not used the site for a while, to keep your record safe. Nothing is lost."),
        "sign-in", N_("Sign in"),
    ),
    "not-allowed": Problem(
        N_("You cannot do this here"),
        N_("The way you signed in does not allow it. Your hospital can tell you who may."),
    ),
    "not-found": Problem(
        N_("We could not find this page"),
        N_("It may have moved, or it is not part of the record you have open."),
    ),
    "conflict": Problem(
        N_("It changed in the meantime"),
        N_("Somebody, or you in another window, changed this while you had it open. Look at it again before you go on."),
        "back", N_("Look at it again"),
    ),
    "too-many": Problem(
        N_("Too many tries"),
        N_("To keep everyone’s records safe, we only allow a few tries a minute. Wait one minute, then try again."),
        "retry", AGAIN,
    ),
    "upstream-error": Problem(
        N_("The hospital’s system sent something we could not use"),
        N_("Nothing in your record is lost. Try again in a few minutes."),
        "retry", AGAIN,
    ),
    "upstream-down": Problem(
        N_("The hospital’s system is not answering"),
        N_("Nothing in your record is lost. Try again in a few minutes."),
        "retry", AGAIN,
    ),
    "upstream-timeout": Problem(
        N_("The hospital’s system took too long to answer"),
        N_("Nothing in your record is lost. Try again in a few minutes."),
        "retry", AGAIN,
    ),
    "unavailable": Problem(
        N_("A part of this site is not working just now"),
        N_("We can’t open records safely just now, so we don’t. Nothing is lost. Try again in a few minutes."),
        "retry", AGAIN,
    ),
    "error": Problem(
        N_("Something went wrong on our side"),
        N_("It is not your fault. Nothing in your record is lost. We have written it down and will look into it."),
        "retry", AGAIN,
    ),
    "foreign-form": Problem(
        N_("This form is too old, or came from somewhere else"),
        N_("To keep your record safe we did not use it. Nothing was changed. Open the page again and send it from there."),
        "back", N_("Open the page again"),
    ),
    "not-shared": Problem(
        N_("This was not shared when you signed in"),
        N_("When you signed in, your hospital did not share this part of the record. Sign in again to share it."),
        "sign-in", N_("Sign in again"),
    ),
    "no-such-chart": Problem(
        N_("This page is no longer open"),
        N_("It belongs to a record that is not open in this browser now. It may have been open before you last signed in."),
        "home", N_("Show the records I have open"),
    ),
    "terms-changed": Problem(
        N_("Please read the new terms first"),
        N_("The terms of use have changed since you opened this page. Nothing was sent. Read them, then send it again."),
        "retry", N_("Read the terms"),
    ),
    "wrong-method": Problem(
        N_("This page cannot be opened this way"),
        N_("It is only used by forms of this site. Nothing was changed."),
    ),
    "too-large": Problem(
        N_("That was too big to send"),
        N_("Nothing was saved. Send less at once."),
        "back", N_("Go back"),
    ),
}  # fmt: skip

_SIGN_IN = {
    "unknown_issuer": Problem(
        N_("We do not know the system that sent you here"),
        N_("The link names a system that this hospital does not use with this site. We did not contact it. "
           "Open this site from your hospital’s own system."),
    ),
    "bad-launch": Problem(
        N_("The link that brought you here is not complete"),
        N_("Go back to your hospital’s own system and open this site from there again."),
    ),
    "discovery_failed": Problem(
        N_("We cannot reach the hospital’s sign-in"),
        N_("The hospital’s system did not tell us how to sign you in. Try again in a few minutes."),
        "sign-in", AGAIN,
    ),
    "pkce_unsupported": Problem(
        N_("The hospital’s sign-in is not safe enough"),
        N_("The hospital’s system cannot do a check that keeps your record safe, so we stopped. "
           "Please tell the help line."),
    ),
    "launch_expired": Problem(
        N_("This sign-in is over"),
        N_("It took too long, or this page was opened a second time. You can sign in again."),
        "sign-in", N_("Sign in again"),
    ),
    "state_mismatch": Problem(
        N_("This sign-in was begun in another browser"),
        N_("To keep your record safe, a sign-in must end in the browser where it began. You can sign in again here."),
        "sign-in", N_("Sign in again"),
    ),
    "issuer_mismatch": Problem(
        N_("The answer came from another system"),
        N_("We asked your hospital, but another system answered, so we stopped. You can sign in again."),
        "sign-in", N_("Sign in again"),
    ),
    "access_denied": Problem(
        N_("You were not signed in"),
        N_("You, or your hospital’s system, said no to sharing your record with this site. "
           "Nothing was shared. If you pressed cancel, you can sign in again."),
        "sign-in", N_("Sign in again"),
    ),
    "authorization_error": Problem(
        N_("The hospital’s system did not sign you in"),
        N_("It answered with an error. You can sign in again. If it happens twice, please call the help line."),
        "sign-in", N_("Sign in again"),
    ),
    "token_error": Problem(
        N_("The hospital’s system did not finish signing you in"),
        N_("It refused the last step. You can sign in again. If it happens twice, please call the help line."),
        "sign-in", N_("Sign in again"),
    ),
    "token_unreachable": Problem(
        N_("The hospital’s system stopped answering while you signed in"),
        N_("You are not signed in. Try again in a few minutes."),
        "sign-in", AGAIN,
    ),
    "session_ended": Problem(
        N_("Your sign-in at the hospital has ended"),
        N_("Sign in again to go on. Nothing is lost."),
        "sign-in", N_("Sign in again"),
    ),
    "context_changed": Problem(
        N_("The hospital’s system answered for another person"),
        N_("We stopped, so that records are not mixed up. Sign in again to go on."),
        "sign-in", N_("Sign in again"),
    ),
    "id_token_invalid": Problem(
        N_("We could not be sure who you are"),
        N_("The hospital’s system sent a proof that did not pass our checks, so we stopped. "
           "Sign in again. If it happens twice, please call the help line."),
        "sign-in", N_("Sign in again"),
    ),
    "no-patient": Problem(
        N_("No patient was chosen"),
        N_("This site shows one person’s record, and your hospital’s system did not say whose. "
           "Choose a patient there, or sign in again."),
        "sign-in", N_("Sign in again"),
    ),
    "clinician": Problem(
        N_("This site is for patients"),
        N_("You signed in as a member of staff. Use your hospital’s own system to see this record. "
           "If you are a patient here too, sign in with your own patient account."),
        "sign-in", N_("Sign in as a patient"),
    ),
    "relatives-off": Problem(
        N_("You cannot see another person’s record here yet"),
        N_("You signed in as a relative or carer. Your hospital has not switched this on. "
           "The help line can tell you how to ask for the record."),
    ),
    "relative-of-another": Problem(
        N_("You are not named for this record"),
        N_("Your hospital’s system has you down for another person, not for this one. The help line can put it right."),
    ),
    "standalone-off": Problem(
        N_("Sign in at your hospital first"),
        N_("This hospital opens the site from its own system. Sign in there, then choose this site."),
    ),
    "cookies-off": Problem(
        N_("Your browser did not keep you signed in"),
        N_("This site needs one cookie to know that it is you. Allow cookies for this site, then sign in again."),
        "sign-in", N_("Sign in again"),
    ),
    "launch_error": Problem(
        N_("The hospital’s system did not sign you in"),
        N_("Something went wrong on the way. You can sign in again."),
        "sign-in", N_("Sign in again"),
    ),
}  # fmt: skip
_SIGN_IN["upstream-signed-out"] = _SIGN_IN["session_ended"]
_SIGN_IN["no_patient"] = _SIGN_IN["no-patient"]

PROBLEMS = {**_ANYWHERE, **_SIGN_IN}


def find_problem(error: PortalError) -> Problem:
    """The words for an error: by its code, else by the nearest of its classes that has words."""
    codes = [error.code, *(getattr(kind, "code", "") for kind in type(error).__mro__)]
    return next(PROBLEMS[code] for code in codes if code in PROBLEMS)

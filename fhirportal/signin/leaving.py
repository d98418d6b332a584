"""Signing out, here or everywhere. It decides that pressing twice, or too late, still ends on the page that says so."""

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from fhirportal import web
from fhirportal.accounts.session import Chart, Session


def add_routes(blueprint: Blueprint) -> None:
    """/signout (a form), /signed-out (the page after it)."""
    blueprint.add_url_rule("/signout", view_func=sign_out, methods=["POST"])
    blueprint.add_url_rule("/signed-out", view_func=signed_out)


@web.without_token
def sign_out() -> Response:
    """End this session, or with `everywhere` every one of this account. Without a session there is nothing to forge."""
    session = web.current_session()
    slugs = {chart.hospital for chart in session.charts.values()} if session else set()
    if session:
        web.require_token()
        charts = _end(session, everywhere=request.form.get("everywhere") == "yes")
        web.services().entrance.leaving.let_go(charts, revoke=True)
    slug = slugs.pop() if len(slugs) == 1 else ""
    response = make_response(web.see_other(f"/signed-out?from={slug}" if slug else "/signed-out"))
    web.drop_session_cookie(response)
    if web.services().settings.secure:
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def signed_out() -> ResponseReturnValue:
    """That it worked, and what to do on a shared computer."""
    slug = request.args.get("from", "")
    hospital = web.services().find_hospital(slug)
    return web.render("signin/signed_out.html", again=f"/signin/{hospital.slug}" if hospital else "/")


def _end(session: Session, *, everywhere: bool) -> tuple[Chart, ...]:
    sessions = web.services().sessions
    mine = sessions.end(session)
    if everywhere and session.account_id:
        return (*mine, *sessions.end_all_of(session.account_id))
    return mine

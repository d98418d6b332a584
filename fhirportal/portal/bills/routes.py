"""The addresses of bills: all about money, one bill, what insurers decided.

It decides addresses and which page is drawn. It must not know FHIR or how the hospital is asked.
"""

from flask import Blueprint

from fhirportal import web
from fhirportal.errors import NotFound
from fhirportal.portal.bills import shown
from fhirportal.portal.bills.statements import show_items, show_statement
from fhirportal.records import bills
from fhirportal.records.bills_page import BillsPage
from fhirportal.records.found import Source
from fhirportal.web import Visit
from fhirportal.words import mark as N_
from mappings.invoice import InvoiceView

blueprint = Blueprint("bills", __name__, template_folder="templates")

FIRST_STATEMENTS = 10
NAMES = {
    "bills": N_("Bills"),
    "accounts": N_("Your account"),
    "statements": N_("What your insurance decided"),
    "coverage": N_("Your insurance"),
    "charges": N_("What the hospital charged"),
}


@blueprint.get("/c/<handle>/bills")
def show_list(handle: str) -> str:
    """What is to be paid, every bill, what insurers decided, insurances."""
    visit = _visit(handle)
    page = bills.list_bills(visit.reader, visit.now, visit.hospital.currency)
    return web.render(
        "bills/list.html",
        web.Around(current="bills"),
        page=page,
        owed=shown.show_owed(page.balance, visit),
        groups=[(title, [shown.show_bill(b, visit) for b in group]) for title, group in _groups(page) if group],
        accounts=[shown.show_account(a, visit) for a in page.balance.accounts],
        charges=[shown.show_charge(c, visit) for c in page.charges],
        statements=[show_statement(s, visit) for s in page.statements[:FIRST_STATEMENTS]],
        more_statements=max(0, len(page.statements) - FIRST_STATEMENTS),
        plans=page.plans,
        missing=_named(page, visit, Source.DOWN, Source.PARTIAL),
        not_shared=_named(page, visit, Source.NOT_SHARED),
        not_offered=_named(page, visit, Source.NOT_OFFERED),
        retry=visit.path("bills"),
    )


@blueprint.get("/c/<handle>/bills/statements")
def show_statements(handle: str) -> str:
    """Everything insurers decided, newest first."""
    visit = _visit(handle)
    page = bills.list_bills(visit.reader, visit.now, visit.hospital.currency)
    return web.render(
        "bills/statements.html",
        web.Around(current="bills"),
        page=page,
        statements=[show_statement(s, visit) for s in page.statements],
        source=next((source for part, source in page.troubles if part == "statements"), Source.OK),
        retry=visit.path("bills/statements"),
    )


@blueprint.get("/c/<handle>/bills/<id_>")
def show_bill(handle: str, id_: str) -> str:
    """One bill: what is to be paid first, the lines, how far it is."""
    visit = _visit(handle)
    page = bills.get_bill(visit.reader, id_, visit.hospital.currency)
    return web.render(
        "bills/bill.html",
        web.Around(current="bills"),
        page=page,
        view=page.view,
        bill=shown.show_bill(page.view, visit),
        lines=[shown.show_line(line, visit) for line in page.lines],
        totals=shown.show_totals(page.view, visit),
        split=shown.show_split(page, visit),
        steps=shown.show_steps(page, visit),
    )


@blueprint.get("/c/<handle>/bills/statements/<id_>")
def show_one_statement(handle: str, id_: str) -> str:
    """What an insurer decided, once."""
    visit = _visit(handle)
    page = bills.get_statement(visit.reader, id_, visit.hospital.currency)
    statement = show_statement(page.statement, visit)
    return web.render(
        "bills/statement.html",
        web.Around(current="bills"),
        page=page,
        view=page.statement.view,
        statement=statement,
        items=show_items(page.statement.view, visit),
    )


def _visit(handle: str) -> Visit:
    visit = web.visit(handle)
    if "bills" in visit.hospital.features_off:
        raise NotFound("bills are switched off")
    return visit


def _groups(page: BillsPage) -> tuple[tuple[str, tuple[InvoiceView, ...]], ...]:
    return ((N_("To pay"), page.open), (N_("Paid"), page.paid), (N_("Other bills"), page.other))


def _named(page: BillsPage, visit: Visit, *sources: Source) -> list[str]:
    """The parts with this trouble, by name. Charges only stand in for bills: that they are missing too says nothing more."""
    return [visit.words.gettext(NAMES[part]) for part, source in page.troubles if source in sources and part != "charges"]

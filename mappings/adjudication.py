"""What an adjudicated amount is about: the same kind under the codes of R4, CARIN Blue Button and CMS Blue Button.

It decides sameness only. It must not know words for pages, nor add amounts of different kinds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mappings.money import add, amount
from mappings.reading import Amount, Coding, as_dict, concept, dicts, text

_KNOWN = frozenset({
    "submitted", "copay", "eligible", "deductible", "unallocdeduct", "eligpercent", "tax", "benefit", "noncovered",
    "coinsurance", "paidbypatient", "paidtoprovider", "paidtopatient", "paidbypatientcash", "paidbypatientother", "discount",
    "drugcost", "memberliability", "priorpayerpaid",
})  # fmt: skip
# CMS Blue Button names its variables; Synthea sends them in this spelling
_CMS = {
    "line_sbmtd_chrg_amt": "submitted",
    "line_alowd_chrg_amt": "eligible",
    "line_coinsrnc_amt": "coinsurance",
    "line_bene_ptb_ddctbl_amt": "deductible",
    "line_prvdr_pmt_amt": "paidtoprovider",
    "line_bene_pmt_amt": "paidtopatient",
    "line_nch_pmt_amt": "benefit",
}


@dataclass(frozen=True)
class Share:
    """One adjudicated amount: `category` is a code we know or "", `words` the insurer's own for it, `reason` why it is so."""

    category: str
    words: str
    amount: Amount | None
    reason: str = ""


def list_shares(value: object, currency: str = "") -> tuple[Share, ...]:
    """The adjudications that carry an amount or a reason in words, in the order sent."""
    found = (_share(item, currency) for item in dicts(value))
    return tuple(s for s in found if s.amount is not None or (s.reason and (s.category or s.words)))


def shares_of_items(items: Iterable[Iterable[Share]]) -> tuple[Share, ...]:
    """Each category's amounts over all items, exactly; a category in several currencies gives several."""
    kinds: dict[tuple[str, str], list[Amount | None]] = {}
    for shares in items:
        for share in shares:
            if share.amount is not None:
                kinds.setdefault((share.category, "" if share.category else share.words), []).append(share.amount)
    return tuple(Share(category, words, total) for (category, words), each in kinds.items() for total in add(each).amounts)


def _share(data: Any, currency: str) -> Share:
    said, why = concept(as_dict(data).get("category")), concept(as_dict(data).get("reason"))
    codes = said.codings if said else ()
    return Share(
        category=next((known for c in codes if (known := _known(c))), ""),
        words=text(said.text) if said else "",
        amount=amount(as_dict(data).get("amount"), currency),
        reason=why.text if why else "",
    )


def _known(coding: Coding) -> str:
    code = coding.code.rstrip("/").rpartition("/")[2].casefold()
    return code if code in _KNOWN else _CMS.get(code, "")

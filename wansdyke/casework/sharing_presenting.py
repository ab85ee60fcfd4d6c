"""Shares as rows: of one case, and of the register."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from wansdyke.casework.models import Share
from wansdyke.casework.sharing import Terms, is_live, sections_words, usual_end
from wansdyke.ui.tables import Cell, Column, Sort
from wansdyke.ui.words import date_words, london

_SAID = (
    Column(key="to", label="Shared with"),
    Column(key="what", label="What they see"),
    Column(key="may", label="What they may do"),
    Column(key="purpose", label="What for"),
    Column(key="basis", label="Basis"),
)
COLUMNS_OF_CASE = (
    Column(key="reference", label="Share", whole=True),
    *_SAID,
    Column(key="since", label="Since"),
    Column(key="until", label="Until"),
    Column(key="stop", label="Stop"),
)
COLUMNS = (
    Column(key="reference", label="Share", whole=True),
    Column(key="case", label="Case", whole=True),
    *_SAID,
    Column(key="by", label="Shared by"),
    Column(key="since", label="Since", sortable=True),
    Column(key="until", label="Until", sortable=True),
)
ORDERS = {"since": "at", "until": "until_at"}
SOONEST = Sort(key="until")


def rows_of(shares: Iterable[Share], at: datetime, *, here: bool = False) -> list[dict[str, Any]]:
    """Shares as rows of COLUMNS, or with `here` of COLUMNS_OF_CASE."""
    return [_row(one, at, here=here) for one in shares]


def _row(one: Share, at: datetime, *, here: bool) -> dict[str, Any]:
    root, live = one.case.root, is_live(one, at)
    case = reverse(f"{one.case.desk}:case", kwargs={"reference": root.reference})
    gateway = f"; {one.get_gateway_display()}" if one.gateway else ""
    return {
        "reference": one.reference,
        "case": Cell(text=root.reference, href=case),
        "to": one.to,
        "what": sections_words(one.sections),
        "may": one.get_level_display(),
        "purpose": one.purpose,
        "basis": f"{one.get_lawful_basis_display()}{gateway}",
        "by": one.by.name,
        "since": date_words(one.at),
        "until": _until(one, live=live),
        "stop": _stop(one) if here and live else "",
    }


def terms_of(terms: Terms, at: datetime) -> list[dict[str, Any]]:
    """What somebody is about to share, as facts: it stands above what the other will see."""
    until = terms.until or usual_end(at)
    ends = f"As long as {terms.marker.reference} stands" if terms.marker else london(until)
    rows = (
        ("What they see", sections_words(sorted(terms.sections))),
        ("What they may do", dict(Share.LEVELS)[terms.level]),
        ("What for", terms.purpose),
        ("Until", ends),
    )
    return [{"key": key, "value": value} for key, value in rows]


def _until(one: Share, *, live: bool) -> Cell:
    if one.revoked_at is not None:
        return Cell(text=f"Stopped {london(one.revoked_at)}", colour="grey")
    if not live:
        return Cell(text=f"Ended {london(one.until_at)}", colour="grey")
    if one.until_at is None:
        serving = one.marker.reference if one.marker else "its marker"
        return Cell(text=f"As long as {serving} stands", colour="blue")
    return Cell(text=f"{london(one.until_at)}", colour="blue")


def _stop(one: Share) -> Cell:
    given = {"reference": one.case.root.reference, "share_reference": one.reference}
    where = reverse(f"{one.case.desk}:share-revoke", kwargs=given)
    return Cell(text=f"Stop {one.reference}", href=where)

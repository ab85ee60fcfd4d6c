"""The pairs that wait for a judgement as a file that names nobody: judging is done on the page."""

from typing import Any

from django.http.response import HttpResponseBase

from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.exports import AT_ONCE, pseudonymised
from wansdyke.history import audit
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.kernel.pseudonym import Pseudonyms
from wansdyke.linkage.models import Suggestion
from wansdyke.linkage.presenting import COLUMNS, FILED, LIKELIEST, filed
from wansdyke.linkage.waiting import to_judge, to_take_out
from wansdyke.ui.downloads import as_csv, as_xlsx
from wansdyke.ui.tables import Sort

NAME = "who-is-who-{:%Y-%m-%d}"


def _rows(request: Asked, form: str) -> list[dict[str, Any]]:
    """The first 2,000 as asked for of those whose both records may leave with a name. Raises
    OutOfScope for whoever may not judge."""
    actor, at = request.actor, request.at
    if not actor.may(Right.JUDGE):
        raise OutOfScope(Right.JUDGE)
    sort = Sort.read(request.GET.get("sort"), COLUMNS, default=LIKELIEST)
    again = request.GET.get("show") == "again"
    waiting = to_take_out(to_judge(actor, at, again=again, sort=sort), actor, at)
    pairs = list(waiting.select_related("left__root", "right__root")[:AT_ONCE])
    hidden = pseudonymised(actor, {pk for p in pairs for pk in (p.left_id, p.right_id)}, at)
    kept = [p for p in pairs if not hidden & {p.left_id, p.right_id}]
    consulted(request, _references(kept), form=form, rows=len(kept), pseudonymised=len(kept))
    return filed(kept, Pseudonyms())


def _references(pairs: list[Suggestion]) -> list[str]:
    return [root.reference for p in pairs for root in (p.left.root, p.right.root)]


@page(
    right=Right.EXPORT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="pseudonyms",
)
def pairs_csv(request: Asked) -> HttpResponseBase:
    """The queue as a CSV file."""
    return as_csv(NAME.format(request.at), FILED, _rows(request, "csv"))


@page(
    right=Right.EXPORT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="pseudonyms",
)
def pairs_xlsx(request: Asked) -> HttpResponseBase:
    """The queue as a spreadsheet."""
    return as_xlsx(NAME.format(request.at), "Who is who", FILED, _rows(request, "xlsx"))

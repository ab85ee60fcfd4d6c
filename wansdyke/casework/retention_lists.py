"""What is to be reviewed, and when; what is held; and the columns they are shown in."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.belonging import removable
from wansdyke.casework.desk import Desk
from wansdyke.casework.holding import held, held_among
from wansdyke.casework.models import Disposal, Document, Export, Retention
from wansdyke.casework.retained import SUBJECT, SUBJECT_WORDS, WITNESS, WITNESS_WORDS
from wansdyke.history.models import Change
from wansdyke.kernel.calendar import london
from wansdyke.kernel.retention import GROUPS
from wansdyke.ui.tables import Cell, Column, Sort
from wansdyke.ui.words import date_words

SOON = timedelta(days=90)
SHOWN = {
    "overdue": "Overdue: the date has passed",
    "soon": "Due today and in the next 90 days",
    "held": "Under a legal hold",
    "all": "Every record with a date",
}
COLUMNS = (
    Column(key="reference", label="Record", whole=True),
    Column(key="what", label="What it is"),
    Column(key="group", label="Group", numeric=True),
    Column(key="review", label="Review on", sortable=True),
    Column(key="why", label="Why then"),
    Column(key="from", label="Counted from"),
    Column(key="held", label="Legal hold"),
    Column(key="team", label="Team"),
)
SOONEST = Sort(key="review")
REGISTER = (
    Column(key="reference", label="Disposal", whole=True),
    Column(key="record", label="Record", whole=True),
    Column(key="was", label="What it was"),
    Column(key="state", label="State"),
    Column(key="rule", label="Under what rule"),
    Column(key="proposed", label="Proposed"),
    Column(key="proposed_by", label="Proposed by"),
    Column(key="decided", label="Decided", sortable=True),
    Column(key="decided_by", label="Decided by"),
    Column(key="done", label="Done"),
)
NEWEST = Sort(key="decided", descending=True)


def reviews(
    actor: Actor, at: datetime, shown: str, group: str, *, right: Right = Right.ERASE
) -> QuerySet[Retention]:
    """The reviews that an actor may carry out, narrowed; in no order."""
    rows = Retention.objects.filter(scope(actor, right, at, "root__"))
    today = london(at).date()
    if shown == "overdue":
        rows = rows.filter(review_on__lt=today)
    elif shown == "soon":
        rows = rows.filter(review_on__range=(today, today + SOON))
    elif shown == "held":
        rows = rows.filter(held("root__"))
    else:
        rows = rows.filter(review_on__isnull=False)
    return rows.filter(group=int(group)) if group in dict(GROUPS) else rows


def ordered(rows: QuerySet[Retention], sort: Sort) -> QuerySet[Retention]:
    """By date, ties by the record's own key, so that one index serves the whole order."""
    return rows.order_by(
        *(("-review_on", "-root_id") if sort.descending else ("review_on", "root_id"))
    )


def what(row: Retention, desks: Sequence[Desk]) -> str:
    """What a record is, and of which kind."""
    if not row.desk:
        words = {SUBJECT: SUBJECT_WORDS, WITNESS.key: WITNESS_WORDS}.get(row.kind, "")
        return f"A person’s record. {words}"
    desk = next(one for one in desks if one.key == row.desk)
    kinds = {kind.key: kind.label for kind in desk.retention.kinds}
    return kinds.get(row.kind, desk.singular.capitalize())


def from_words(row: Retention) -> str:
    """From which fact the time runs."""
    if row.from_on is None:
        return "It does not run yet"
    return f"{date_words(row.from_on)}, {row.from_what}"


def rows_of(
    rows: Iterable[Retention], desks: Sequence[Desk], today: date, *, linked: bool = True
) -> list[dict[str, Any]]:
    """The rows of a list of reviews."""
    rows = list(rows)
    under_hold = held_among([row.pk for row in rows])
    return [
        {
            "reference": _link(row.root, "retention-review") if linked else row.root.reference,
            "what": what(row, desks),
            "group": row.group,
            "review": _date(row, today),
            "why": row.why,
            "from": from_words(row),
            "held": Cell(text="Held", colour="red") if row.pk in under_hold else "No",
            "team": row.root.team.name,
        }
        for row in rows
    ]


def _link(root: Root, name: str) -> Cell:
    return Cell(text=root.reference, href=reverse(name, args=[root.reference]))


def _date(row: Retention, today: date) -> Any:
    if row.review_on is None:
        return "Not yet"
    return Cell(text=f"{date_words(row.review_on)}", late=row.review_on < today)


def was(one: Disposal, desks: Sequence[Desk]) -> str:
    """What a record that is to go, or is gone, is."""
    named = {desk.key: desk.singular.capitalize() for desk in desks}
    return named.get(one.was, "Case") if one.was else "A person’s record"


def register_rows(
    rows: Iterable[Disposal], desks: Sequence[Desk], *, linked: bool = True
) -> list[dict[str, Any]]:
    """The rows of the register, and of what waits."""
    return [
        {
            "reference": Cell(text=one.reference, href=reverse("disposal", args=[one.reference]))
            if linked
            else one.reference,
            "record": one.root.reference,
            "was": was(one, desks),
            "state": one.state,
            "rule": one.rule,
            "proposed": one.proposed_at,
            "proposed_by": one.proposed_by.name,
            "decided": one.decided_at,
            "decided_by": one.decided_by.name if one.decided_by else None,
            "done": one.done_at,
        }
        for one in rows
    ]


def preview(root: Root) -> list[dict[str, Any]]:
    """Exactly what a disposal would remove: how many rows of each kind, and how many files."""
    counted = [
        (str(one.model._meta.verbose_name_plural).capitalize(), one.rows(root.pk).count())
        for one in removable()
    ]
    files = Document.objects.filter(case_id=root.pk).count()
    sheets = sum(root.pk in held for held in Export.objects.values_list("held", flat=True))
    counted += [
        ("Files on disk", files),
        ("Spreadsheets that hold it", sheets),
        ("Old and new values in its history", Change.objects.filter(event__root=root).count()),
    ]
    return [{"kind": kind, "count": number} for kind, number in counted if number]


PREVIEW = (
    Column(key="kind", label="What goes"),
    Column(key="count", label="How many", numeric=True),
)


def of_my_concern(rows: QuerySet[Disposal], shown: str) -> QuerySet[Disposal]:
    """What waits for a second person, or all that was decided otherwise."""
    waits = Q(decided_at=None, withdrawn_at=None)
    return rows.filter(waits) if shown == "waiting" else rows.exclude(waits)

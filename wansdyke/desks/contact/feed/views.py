"""The pages of reconciliation: what arrived, what differs, and which of the two is taken."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope
from wansdyke.access.settings import value_of
from wansdyke.casework.asking import Question, ask
from wansdyke.casework.desk import Desk
from wansdyke.casework.feeds import OUTCOMES
from wansdyke.casework.forms import KeyedForm, Lines
from wansdyke.casework.queries import case_of
from wansdyke.casework.work_views import sent, who_when
from wansdyke.desks.contact.feed.models import FeedConflict
from wansdyke.desks.contact.feed.quiet import QUIET
from wansdyke.desks.contact.feed.reconciling import Day, by_day, last_arrival
from wansdyke.desks.contact.feed.settling import (
    CHANGED,
    Difference,
    in_sight,
    label_of,
    settle,
    still_open,
)
from wansdyke.desks.contact.rules import IN_CHARGE
from wansdyke.history.pages import Asked, consulted_roots, page
from wansdyke.kernel.calendar import london
from wansdyke.ui.forms import OneOf, Option, PlainForm
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column, csv_rows

WHO = IN_CHARGE | {"records-manager", "analyst"}
SHOWN = (("1", "Today and yesterday"), ("7", "A week"), ("30", "30 days"), ("90", "90 days"))
USUAL, MOST_FAULTS = "30", 200
LABELS = {"arrived": "Arrived", **{name: name.capitalize() for name in OUTCOMES}}
DAYS = [
    Column(key="day", label="Day", whole=True),
    Column(key="way", label="How"),
    Column(key="source", label="Source"),
    *(Column(key=name, label=label, numeric=True) for name, label in LABELS.items()),
]
FAULTS = [
    Column(key="day", label="Day", whole=True),
    Column(key="reference", label="Their reference or row"),
    Column(key="field", label="Column"),
]
DIFFERENCES = [
    Column(key="call", label="Call", whole=True),
    Column(key="field", label="What differs"),
    Column(key="noted", label="Noted"),
]


class PeriodForm(PlainForm):
    """How far back."""

    marks_optional = False
    days = forms.ChoiceField(label="What arrived in", required=False, choices=SHOWN)

    @classmethod
    def asked(cls, request: Asked) -> "PeriodForm":
        """The period asked for; the usual one where none, or none that there is, was."""
        days = request.GET.get("days", USUAL)
        return cls({"days": days if days in dict(SHOWN) else USUAL})

    def within(self, at: datetime) -> list[Day]:
        """What arrived in it, by day and source."""
        today = london(at).date()
        return by_day(today - timedelta(days=int(self.data["days"])), today)


def _for_those_in_charge(request: Asked) -> None:
    # What came over the feed is the force's own, and not one team's nor a partner's.
    if not (request.actor.home and request.actor.posts & WHO):
        raise OutOfScope(request.path)


def _row(day: Day) -> dict[str, Any]:
    told = {"day": f"{day.day:%-d %B %Y}", "way": day.way, "source": day.source}
    return {**told, "arrived": day.arrived, **day.counts}


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def reconciliation(request: Asked, desk: Desk) -> HttpResponseBase:
    """What arrived by day and source, what was refused, and what differs."""
    _for_those_in_charge(request)
    form = PeriodForm.asked(request)
    days = form.within(request.at)
    faults = [{"day": f"{day.day:%-d %B %Y}", **fault} for day in days for fault in day.faults]
    shown = page_of(in_sight(request.actor, request.at), request.GET.get("page"))
    full = FeedConflict.objects.select_related("contact__case__root")
    rows = shown.in_order(full.filter(pk__in=shown.ids))
    consulted_roots(request, [row.contact.case.root for row in rows])
    last, quiet = last_arrival(), value_of(QUIET, request.at)
    late = last is not None and quiet and request.at - last > timedelta(minutes=quiet)
    context = {
        "desk": desk,
        "columns": DAYS,
        "rows": [_row(day) for day in days],
        "fault_columns": FAULTS,
        "form": form,
        "faults": faults[:MOST_FAULTS],
        "all_faults": len(faults),
        "difference_columns": DIFFERENCES,
        "differences": [_difference(row) for row in rows],
        "last": london(last) if last else None,
        "late": quiet if late else 0,
        "may_export": request.actor.may(Right.EXPORT),
        "page": shown,
        "query": request.GET,
    }
    return render(request, "contact/feed/reconciliation.html", context)


def _difference(row: FeedConflict) -> dict[str, Any]:
    # Only what differs, not how: what was said shows on the call's page, by section.
    reference = row.contact.case.root.reference
    return {
        "call": Cell(text=reference, href=f"/contact/{reference}/feed/"),
        "field": label_of(row),
        "noted": f"{london(row.noted_at):%-d %B %Y, %H:%M}",
    }


@page(right=Right.EXPORT, methods=("GET",), sends="nothing of anybody", holds="nobody")
def reconciliation_csv(request: Asked, desk: Desk) -> HttpResponseBase:
    """What arrived by day and source, as a CSV file; it holds counts only."""
    _for_those_in_charge(request)
    rows = [_row(day) for day in PeriodForm.asked(request).within(request.at)]
    response = StreamingHttpResponse(csv_rows(DAYS, rows), content_type="text/csv; charset=utf-8")
    today: date = london(request.at).date()
    response["Content-Disposition"] = f'attachment; filename="feed-{today}.csv"'
    return response


class SettleForm(KeyedForm):
    """Which of the two is right, and why."""

    which = OneOf(label="What is right?", options=())
    reason = Lines(label="Reason", max_length=2000, help_text="It is kept with the difference.")

    def __init__(self, *args: Any, found: list[Difference], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The mark is of both values as they are shown: whoever answers is held to what they saw.
        self.rows = {f"{one.row.part}/{one.row.field}/{one.mark}": one for one in found}
        said = [
            option
            for name, one in self.rows.items()
            for option in (
                Option(
                    f"{name}/taken",
                    f"{label_of(one.row)}: take the feed’s “{_told(one.row.said)}”",
                ),
                Option(f"{name}/kept", f"{label_of(one.row)}: keep “{_told(one.ours)}”"),
            )
        ]
        self.fields["which"] = OneOf(
            label="What is right?", options=said, error_messages={"invalid_choice": CHANGED}
        )


def _told(value: Any) -> str:
    text = ", ".join(value) if isinstance(value, list) else str(value or "nothing")
    try:
        return (
            f"{london(datetime.fromisoformat(text)):%-d %B %Y, %H:%M:%S}" if "T" in text else text
        )
    except ValueError:
        return text


@page(right=Right.EDIT, reads="personal", writes=True)
def differences(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """What the feed says of a call otherwise than Wansdyke does, and which is taken."""
    contact = case_of(request.actor, desk, reference, request.at, right=Right.EDIT)
    root = contact.case.root
    found = still_open(contact, request.actor, request.at)
    if not found and request.method == "GET":
        consulted_roots(request, [root])
        return render(request, "contact/feed/agreed.html", {"desk": desk, "reference": reference})
    form = SettleForm(sent(request), found=found)
    question = Question(
        title=f"What the feed says otherwise of {reference}",
        button="Settle this",
        done="Settled.",
        back=f"/{desk.key}/{reference}/",
        place=reference,
        hint="A person changed these here, so the feed has not. Settle them one by one.",
    )
    return ask(request, root, form, _settler(request, desk, form), question)


def _settler(request: Asked, desk: Desk, form: SettleForm) -> Callable[[dict[str, Any]], None]:
    def write(data: dict[str, Any]) -> None:
        name, _, outcome = data["which"].rpartition("/")
        row = form.rows[name]
        settle(row, outcome, data["reason"], desk=desk, **who_when(request, form))

    return write

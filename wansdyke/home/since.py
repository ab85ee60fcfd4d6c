"""Since your last shift: what others did to my cases, and to those with a marker of mine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.hand_over import handed_over_on_cases
from wansdyke.casework.history import title_of
from wansdyke.casework.models import Case, Marker
from wansdyke.casework.presenting import HELD_BACK
from wansdyke.directory import DESKS, desk_of
from wansdyke.history.models import AuditEntry, Event
from wansdyke.ui.paging import Page, page_of
from wansdyke.ui.tables import Cell, Column

# Whoever did nothing here for so long had gone home.
GONE = timedelta(hours=6)
LOOKED_THROUGH, MOST, MOST_HANDED_OVER = 3_000, 2_000, 50
LONGEST = timedelta(days=31)
A_DAY = timedelta(hours=24)
CHOICES = (("shift", "My last shift"), ("24", "24 hours ago"), ("72", "3 days ago"),
           ("168", "7 days ago"), ("744", "31 days ago"))  # fmt: skip
COLUMNS = (
    Column(key="at", label="Recorded"),
    Column(key="case", label="Record", whole=True),
    Column(key="what", label="What happened"),
    Column(key="by", label="By"),
)


@dataclass(frozen=True)
class News:
    """What happened since a moment: a page of rows, and the references they show."""

    since: datetime
    page: Page
    rows: list[dict[str, Any]]
    references: list[str]


def last_here(actor: Actor, at: datetime) -> datetime:
    """When the actor was last at work before now: the last entry of theirs in the log before six
    hours or more without any. At most a month ago; a day where the log has no such gap."""
    mine = AuditEntry.objects.filter(actor_id=actor.user_id).order_by("-seq")
    moments = list(mine.values_list("at", flat=True)[:LOOKED_THROUGH])
    later = at
    for moment in moments:
        if later - moment >= GONE:
            return max(moment, at - LONGEST)
        later = moment
    return at - A_DAY


def start_of(actor: Actor, at: datetime, asked: str) -> datetime:
    """The moment that a choice means; the end of the last shift unless another is known."""
    if asked != CHOICES[0][0] and asked in dict(CHOICES):
        return at - timedelta(hours=int(asked))
    return last_here(actor, at)


def news(actor: Actor, at: datetime, asked: str, number: str | None) -> News:
    """What others did since, newest first, to the records the actor owns, is named on or keeps a
    marker of; only of those they may see now."""
    since = start_of(actor, at, asked)
    mine = _mine(actor, at)
    events = (
        Event.objects.filter(root_id__in=mine, recorded_at__gt=since)
        .exclude(by_id=actor.user_id)
        .exclude(_untold(actor, at, mine))
        .order_by("-recorded_at", "-pk")
    )
    page = page_of(events, number, cap=MOST)
    found = page.in_order(
        Event.objects.filter(pk__in=page.ids).select_related("root__case", "root", "by")
    )
    return News(since, page, [_row(event) for event in found], _references(found))


def _untold(actor: Actor, at: datetime, roots: Sequence[int]) -> Q:
    """Steps whose very name tells of a section, of the records of which the actor does not see
    it; as a case's history leaves them out."""
    seen = sections_of(actor, roots, at)
    found = Q(pk__in=())
    for desk in DESKS:
        for section in {step.section for step in desk.flow.steps} - {Section.CORE}:
            names = [step.name for step in desk.flow.steps if step.section == section]
            shut = [root for root in roots if section not in seen.get(root, frozenset())]
            if shut:
                found |= Q(root_id__in=shut, root__case__desk=desk.key, name__in=names)
    return found


def _mine(actor: Actor, at: datetime) -> list[int]:
    named = Grant.objects.filter(
        kind=Grant.NAMED, user_id=actor.user_id, revoked_at__isnull=True
    ).values("root_id")
    marked = Marker.objects.filter(owner_id=actor.user_id, withdrawn_at__isnull=True)
    seen: set[int] = set()
    # A walk of an index each, as in my work.
    for way in (
        Q(owner_id=actor.user_id),
        Q(pk__in=named),
        Q(pk__in=marked.values("root_id")),
    ):
        cases = Case.objects.filter(way).order_by("-opened_at")
        seen |= set(cases.values_list("pk", flat=True)[:MOST])
    in_scope = Root.objects.filter(scope(actor, Right.VIEW, at), pk__in=seen)
    return list(in_scope.values_list("pk", flat=True))


def _references(events: Sequence[Event]) -> list[str]:
    return list(dict.fromkeys(event.root.reference for event in events if event.root))


def _row(event: Event) -> dict[str, Any]:
    root = event.root
    if root is None:
        raise LookupError(f"Event {event.pk} is of no record")
    desk = desk_of(root.case.desk)
    labels = desk.flow.labels
    moved = event.state_after and event.state_after != event.state_before
    state = f", now “{labels.get(event.state_after, event.state_after)}”" if moved else ""
    return {
        "at": event.recorded_at,
        "case": Cell(text=root.reference, href=f"/{desk.key}/{root.reference}/history/"),
        "what": f"{title_of(desk, event.name)}{state}",
        "by": event.by.name,
    }


def handed_over_to(actor: Actor, at: datetime, since: datetime) -> list[dict[str, Any]]:
    """The notes on cases that were handed over since, newest first, as the actor may read them."""
    rows = list(handed_over_on_cases(actor, at, since)[:MOST_HANDED_OVER])
    seen = sections_of(actor, [row.case_id for row in rows], at)
    return [
        {
            "reference": row.case.root.reference,
            "href": f"/{row.case.desk}/{row.case.root.reference}/",
            "by": row.by.name,
            "at": row.at,
            "text": row.text if Section.NARRATIVE in seen[row.case_id] else HELD_BACK,
        }
        for row in rows
    ]

"""My notices: those that somebody may still read, and reading them."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Notice, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.addressed import addressed_to
from wansdyke.home.work_parts import MOST, REFERRALS, Part, Wanted, referral_href
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column


def unread(actor: Actor, at: datetime) -> QuerySet[Notice]:
    """The actor's notices not yet read; those of a record now closed to them are left out.

    A notice of a referral to them stays, though its case is not theirs to see: it names only the
    referral.
    """
    notices = Notice.objects.filter(user_id=actor.user_id, read_at__isnull=True)
    about = list(notices.exclude(root=None).values_list("root_id", "link")[:MOST])
    if not about:
        return notices
    seen = Root.objects.filter(scope(actor, Right.VIEW, at), pk__in={root for root, _ in about})
    shown = Q(root__isnull=True) | Q(root_id__in=seen.values("pk"))
    links = {link for _, link in about if link.startswith(REFERRALS)}
    return notices.filter(shown | Q(link__in=_to_me(actor, at, links)) if links else shown)


def _to_me(actor: Actor, at: datetime, links: Collection[str]) -> list[str]:
    """Those of some links that lead to a referral which the actor's teams received."""
    references = [link.removeprefix(REFERRALS).rstrip("/") for link in links]
    mine = addressed_to(actor, at).filter(reference__in=references)
    return [referral_href(reference) for reference in mine.values_list("reference", flat=True)]


def my_notices(actor: Actor, at: datetime, wanted: Wanted) -> Part:
    """The actor's notices not yet read, newest first."""
    notices = unread(actor, at)
    page = page_of(notices.order_by("-made_at", "-pk"), wanted.number, wanted.per_page, MOST)
    rows = page.in_order(Notice.objects.filter(pk__in=page.ids).select_related("root"))
    return Part(
        key="notices",
        title="My notices",
        columns=(Column(key="text", label="Notice"), Column(key="at", label="When")),
        page=page,
        rows=[
            {"pk": row.pk, "text": Cell(text=row.text, href=row.link), "at": row.made_at}
            for row in rows
        ],
        empty="You have no unread notice.",
        references=[row.root.reference for row in rows if row.root],
    )


def mark_read(actor: Actor, at: datetime, which: str) -> int:
    """Marks one notice of the actor's own, or "all", as read. Returns how many it was."""
    mine = unread(actor, at)
    if which != "all":
        mine = mine.filter(pk=int(which)) if which.isdecimal() and len(which) < 19 else mine.none()
    return mine.update(read_at=at)

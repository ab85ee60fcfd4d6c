"""What the navigation offers to whoever is signed in."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from wansdyke.access.actors import Actor
from wansdyke.access.posts import AGENCY_WIDE, PARTNER_ROLES, Right
from wansdyke.assurance.log_review import may as reviews_log
from wansdyke.assurance.samples_read import is_sampled, reviews
from wansdyke.casework.conflicts import may as keeps_conflicts
from wansdyke.casework.desk import Desk
from wansdyke.casework.holding import HOLDING
from wansdyke.casework.subject_access import keeps, watches
from wansdyke.directory import DESKS
from wansdyke.home.checkpoint_views import may_keep
from wansdyke.home.notices import unread

MOST_NOTICES = 99


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The context of every page: where to go, who is signed in, and what they have not read."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"navigation": [], "signed_in_as": "", "sign_out_url": "", "unread_notices": 0}
    items = list(_items(actor)) if actor.admitted else []
    here = _here(request.path, [href for _, href in items])
    waiting = _unread(request, actor) if actor.admitted else 0
    return {
        "navigation": [
            {"text": _with_count(text, href, waiting), "href": href, "current": href == here}
            for text, href in items
        ],
        "signed_in_as": actor.name,
        "sign_out_url": reverse("account_logout"),
        "unread_notices": waiting,
    }


def uses(actor: Actor, desk: Desk) -> bool:
    """Whether a desk is any business of an actor: by their posts, or by a role that reads all."""
    if not actor.may(Right.VIEW):
        return False
    if actor.roles & (AGENCY_WIDE | PARTNER_ROLES):
        return True
    posts = set(desk.opening)
    for step in desk.flow.steps:
        posts |= step.posts | step.second_posts
    for page in desk.pages:
        posts |= page.posts
    return bool(actor.posts & posts)


def _items(actor: Actor) -> Iterator[tuple[str, str]]:
    yield "My work", reverse("my_work")
    for desk in DESKS:
        if uses(actor, desk):
            yield desk.title, reverse(f"{desk.key}:list")
            for page in desk.pages:
                if not page.posts or actor.posts & page.posts:
                    yield page.title, reverse(page.name)
    if reviews(actor):
        yield "Quality", reverse("quality")
    elif is_sampled(actor):
        yield "Quality", reverse("quality-mine")
    if actor.may(Right.VIEW):
        yield "Search", reverse("search")
    if actor.may(Right.JUDGE):
        yield "Who is who", reverse("linking")
    if actor.may(Right.VIEW) and actor.home:
        yield "Shares", reverse("shares")
    if actor.may(Right.VIEW):
        yield "Measures", reverse("measures")
    if actor.home:
        yield "Areas", reverse("areas")
    yield from _watching(actor)


def _watching(actor: Actor) -> Iterator[tuple[str, str]]:
    """Where those go who keep, review and administer what others work on."""
    if actor.may(Right.BREAK_GLASS) or actor.may(Right.REVIEW_AUDIT):
        yield "Broken glass", reverse("glass")
    yield from _retention(actor)
    if keeps(actor) or watches(actor):
        yield "Requests", reverse("leaving")
    if keeps_conflicts(actor):
        yield "Conflicts", reverse("conflicts")
    if actor.may(Right.REVIEW_AUDIT):
        yield "Audit", reverse("audit")
    if reviews_log(actor):
        yield "Review of the log", reverse("log-review")
    if may_keep(actor):
        yield "Checkpoints", reverse("checkpoints")
    if actor.held:
        yield "My declaration", reverse("declaration")
    if actor.may(Right.ADMINISTER):
        yield "Administration", reverse("users")


def _retention(actor: Actor) -> Iterator[tuple[str, str]]:
    if actor.may(Right.ERASE):
        yield "Reviews", reverse("retention")
    if actor.may(Right.ERASE) or actor.may(Right.CONFIRM_ERASE):
        yield "Holds", reverse("holds")
    if any(actor.may(right) for right in (*HOLDING, Right.REVIEW_AUDIT)):
        yield "Disposals", reverse("disposals")


def _here(path: str, hrefs: list[str]) -> str:
    """The item that a page belongs to: the longest that its path begins with."""
    return max(
        (h for h in hrefs if path == h or (h != "/" and path.startswith(h))), key=len, default=""
    )


def _unread(request: HttpRequest, actor: Actor) -> int:
    return unread(actor, request.at).order_by().values("pk")[: MOST_NOTICES + 1].count()  # type: ignore[attr-defined]


def _with_count(text: str, href: str, waiting: int) -> str:
    if href != "/" or not waiting:
        return text
    return f"{text} ({min(waiting, MOST_NOTICES)}{'+' if waiting > MOST_NOTICES else ''} new)"

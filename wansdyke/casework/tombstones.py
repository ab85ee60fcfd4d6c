"""What stands where a record was: that it was disposed of, when and under what rule.

Only whoever could have seen the record gets this, at any of its old addresses, and that they looked
is in the log as for any record. Everybody else gets the page for what does not exist, untouched.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import was_open
from wansdyke.casework.models import Disposal
from wansdyke.history.pages import asked_for, consulted
from wansdyke.ui.errors import READ_BY_PROGRAMS
from wansdyke.ui.words import date_words

GONE = 410
LOOKING = ("GET", "HEAD")


class Tombstones:
    """Puts what is known of a disposal in the place of “not found”, for those who could have seen
    what is gone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in LOOKING:
            return response
        actor: Actor | None = getattr(request, "actor", None)
        asked = asked_for(request)
        if actor is None or not actor.admitted or not asked:
            return response
        return _instead(request, actor, asked) or response


def _instead(request: HttpRequest, actor: Actor, asked: list[str]) -> HttpResponseBase | None:
    at = request.at  # type: ignore[attr-defined]
    root = gone(actor, asked, at)
    if root is None:
        return None
    disposal = Disposal.objects.filter(root=root, agreed=True).order_by("-decided_at").first()
    if disposal is None or disposal.decided_at is None:
        return None
    consulted(request, [root.reference], disposed=disposal.reference)
    word = "erased" if disposal.kind == Disposal.ERASURE else "disposed of"
    day = date_words(disposal.decided_at)
    if request.path.startswith(READ_BY_PROGRAMS):
        told = {"detail": f"This record was {word}", "on": day, "under": disposal.rule}
        return JsonResponse(told, status=GONE)
    context: dict[str, Any] = {"root": root, "disposal": disposal, "word": word, "day": day}
    return render(request, "casework/retention/disposed.html", context, status=GONE)


def gone(actor: Actor, references: list[str], at: Any) -> Root | None:
    """A record of one of some references, its own or that its person is known by, that was disposed
    of and that the actor could have seen."""
    by_person = Q(person_record__first_person__reference__in=references) | Q(
        person_record__first_person=None, person_record__person__reference__in=references
    )
    found = Root.objects.filter(
        was_open(actor, Right.VIEW, at), Q(reference__in=references) | by_person
    )
    return found.order_by("pk").first()

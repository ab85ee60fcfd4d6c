"""The checkpoints of the log, for partner agencies to keep: whoever has one can show that the log
was changed since."""

from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.actors import Actor
from wansdyke.access.posts import PARTNER_ROLES, Right
from wansdyke.access.scope import OutOfScope
from wansdyke.history import checking
from wansdyke.history.checkpoints import PUBLIC, newest_note
from wansdyke.history.models import AuditHead
from wansdyke.history.pages import Asked, page
from wansdyke.history.places import own


def may_keep(actor: Actor) -> bool:
    """Whether checkpoints are an actor's to keep: partners', and those who review the log."""
    return actor.may(Right.REVIEW_AUDIT) or bool(actor.admitted and actor.roles & PARTNER_ROLES)


def _keeps(request: Asked) -> None:
    if not may_keep(request.actor):
        raise OutOfScope("checkpoints")


@page(methods=("GET", "HEAD"))
def checkpoints(request: Asked) -> HttpResponseBase:
    """How far the log is signed, and what to do with it."""
    _keeps(request)
    newest = newest_note(settings.CHECKPOINTS)
    head = AuditHead.objects.values_list("seq", flat=True).get(pk=1)
    context = {
        "key": _key(),
        "newest": newest,
        "since": head - newest.size if newest else head,
    }
    return render(request, "home/checkpoints.html", context)


def _key() -> str:
    path = settings.CHECKPOINTS / PUBLIC
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def _as_file(text: str, name: str) -> HttpResponseBase:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@page(methods=("GET",), sends="nothing of anybody", holds="nobody")
def checkpoints_file(request: Asked) -> HttpResponseBase:
    """All checkpoints, one after the other; they hold no personal data."""
    _keeps(request)
    notes = own().texts()
    return _as_file("".join(notes), f"checkpoints-{request.at:%Y-%m-%d}.txt")


@page(methods=("GET",), sends="nothing of anybody", holds="nobody")
def checkpoints_key(request: Asked) -> HttpResponseBase:
    """The key that they are signed with."""
    _keeps(request)
    return _as_file(f"{_key()}\n", "log-key.pub")


@page(methods=("GET",), sends="nothing of anybody", holds="nobody")
def checkpoints_checker(request: Asked) -> HttpResponseBase:
    """The program that compares a log with them, and needs nothing but Python."""
    _keeps(request)
    return _as_file(Path(checking.__file__).read_text(encoding="utf-8"), "checking.py")

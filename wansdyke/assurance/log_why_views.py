"""The auditor's page: why could they see this, and who can see this now."""

from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.actors import SYSTEM
from wansdyke.access.models import Root, User
from wansdyke.access.posts import Right
from wansdyke.access.why import opened_to
from wansdyke.assurance.high_profile import root_of
from wansdyke.assurance.log_review_forms import WhyForm
from wansdyke.assurance.log_why import Explanation, explain, who_sees
from wansdyke.casework.glass_views import REFERENCE
from wansdyke.casework.work_forms import refuse
from wansdyke.history import audit
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.kernel.flow import Refused
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import london

RULES = (
    Column(key="rule", label="Rule"),
    Column(key="asks", label="What it asks"),
    Column(key="holds", label="Holds"),
    Column(key="rests_on", label="What it rests on"),
)
VIEWERS = (
    Column(key="user", label="Who"),
    Column(key="sees", label="Sees it now"),
    Column(key="by", label="By"),
)
PER_PAGE = 25


@page(right=Right.REVIEW_AUDIT, reads="personal", methods=("GET", "HEAD"))
def why_seen(request: Asked) -> HttpResponseBase:
    """The policy, rule by rule, for somebody, a record and a moment; and who sees the record now.
    A record on which the auditor is locked out is answered as one that is not there."""
    form = WhyForm(request.GET or None)
    context: dict[str, Any] = {"form": form, "query": request.GET, "rows": None}
    asked: list[str] = []
    if request.GET and form.is_valid():
        said = form.cleaned_data
        asked = [said["reference"]] if REFERENCE.fullmatch(said["reference"]) else []
        try:
            root = root_of(request.actor, said["reference"])
            user = _user(said["user"])
            at: datetime = said["at"] or request.at
            found = explain(user, root, at, now=request.at)
        except Refused as refused:
            if refused.field == "reference":
                request.logged_as = audit.DENIED
            refuse(form, refused)
        else:
            asked = [root.reference, f"user:{user.username}"]
            context |= _shown(request, found, root, at)
    consulted(request, asked, explained=bool(context.get("rows")))
    return render(request, "assurance/log_review/why.html", context)


def _user(username: str) -> User:
    users = User.objects.exclude(username=SYSTEM).select_related("agency")
    found = users.filter(username__iexact=username.strip()).first()
    if found is None:
        raise Refused("Nobody signs in by this name.", field="user")
    return found


def _shown(request: Asked, found: Explanation, root: Root, at: datetime) -> dict[str, Any]:
    listed = page_of(opened_to(root, request.at), request.GET.get("page"), PER_PAGE)
    users = listed.in_order(User.objects.filter(pk__in=listed.ids).select_related("agency"))
    return {
        "rule_columns": RULES,
        "rows": _rules(found),
        "sees": found.sees,
        "user": found.user,
        "reference": root.reference,
        "at": london(at),
        "past": at < request.at,
        "viewer_columns": VIEWERS,
        "viewers": _viewers(who_sees(root, users, request.at)),
        "page": listed,
    }


def _rules(found: Explanation) -> list[dict[str, Any]]:
    return [
        {
            "rule": one.rule,
            "asks": one.asks,
            "holds": Cell(text="Yes" if one.holds else "No", colour=_colour(one.rule, one.holds)),
            "rests_on": "; ".join(one.rests_on) or "Nothing",
        }
        for one in found.rules
    ]


def _colour(rule: str, holds: bool) -> str:
    if not holds:
        return "grey"
    return "red" if rule in ("R1", "R7") else "green"


def _viewers(found: list[Explanation]) -> list[dict[str, Any]]:
    return [
        {
            "user": f"{one.user.name} ({one.user.username}), {one.user.agency or 'no agency'}",
            "sees": Cell(text="Yes" if one.sees else "No", colour="green" if one.sees else "grey"),
            "by": one.by,
        }
        for one in found
    ]

"""The pages of who sees a case: sharing it, taking a share back, marking it."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from wansdyke.access.actors import Actor, Held, actor_of
from wansdyke.access.models import Grant, Lock, Root, User
from wansdyke.access.posts import Right
from wansdyke.casework import marking, sharing
from wansdyke.casework.agenda import warned, warning
from wansdyke.casework.asking import Question, ask
from wansdyke.casework.desk import Desk
from wansdyke.casework.markers import live
from wansdyke.casework.models import Case
from wansdyke.casework.queries import OutOfScope, case_of, may_also, sections_on
from wansdyke.casework.recipients import Recipient, like, recipient
from wansdyke.casework.sharing_forms import FindForm, MarkForm, RevokeForm, ShareForm
from wansdyke.casework.sharing_presenting import COLUMNS_OF_CASE, rows_of, terms_of
from wansdyke.casework.views import case_shown
from wansdyke.casework.work_forms import refuse
from wansdyke.casework.work_views import about, sent, who_when
from wansdyke.history.pages import Asked, consulted_roots, page
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused, Role


@page(right=Right.SHARE, reads="personal", methods=("GET", "HEAD"))
def who_sees(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Who sees a case and why: how it is marked, who is named, and all its shares."""
    case = case_of(request.actor, desk, reference, request.at, right=Right.SHARE).case
    consulted_roots(request, [case.root])
    given = Grant.objects.filter(root=case.root, revoked_at__isnull=True)
    named = given.filter(kind=Grant.NAMED).select_related("user").order_by("user__name")
    broken = given.filter(kind=Grant.BREAK_GLASS, until_at__gt=request.at)
    context = {
        "desk": desk,
        "reference": reference,
        "case": case,
        "named": [grant.user.name for grant in named if grant.user],
        "broken": [
            {"name": grant.user.name, "until": grant.until_at}
            for grant in broken.select_related("user")
            if grant.user
        ],
        "columns": COLUMNS_OF_CASE,
        "rows": rows_of(sharing.shares_of(case), request.at, here=True),
        "may_mark": bool(_markings(request, case)),
    }
    return render(request, "casework/sharing/who_sees.html", context)


@page(right=Right.SHARE, reads="personal", writes=True)
def share_new(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Shares a case: with whom, on which terms, and what they will then see, before it is done."""
    case = case_of(request.actor, desk, reference, request.at, right=Right.SHARE).case
    consulted_roots(request, [case.root])
    kind, _, key = request.GET.get("to", "").partition(":")
    if not key:
        return _find(request, desk, case)
    to = recipient(case, kind, key, request.at)
    form = ShareForm(
        sent(request),
        visible=sections_on(request.actor, case.root, request.at),
        markers=live(request.at).filter(root=case.root).order_by("pk"),
        at=request.at,
    )
    about = warning(to.agency.name) if warned(case, [to.agency.pk], request.at) else ""
    context = {"desk": desk, "reference": reference, "form": form, "to": to, "warning": about}
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("stage") == "send":
                sharing.share(case, to, form.terms(), **who_when(request, form))
                messages.success(request, f"Shared with {to.name}. They see it from now on.")
                return HttpResponseRedirect(_here(desk, reference))
            preview = _preview(request, desk, case, to, form.terms())
        except Refused as refused:
            refuse(form, refused)
        else:
            if "change" not in request.POST:
                shown = {**context, "preview": preview, "sent": _sent(request)}
                shown |= {"terms": terms_of(form.terms(), request.at)}
                return render(request, "casework/sharing/preview.html", shown)
    return render(request, "casework/sharing/share.html", context)


def _sent(request: Asked) -> list[tuple[str, str]]:
    """What the form was sent with, to be sent again once the preview was read."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "stage", "change")
        for value in values
    ]


def _find(request: Asked, desk: Desk, case: Case) -> HttpResponseBase:
    asked = "q" in request.GET
    form = FindForm(request.GET if asked else None)
    found = like(case, form.cleaned_data["q"], request.at) if asked and form.is_valid() else []
    context = {
        "desk": desk,
        "reference": case.root.reference,
        "form": form,
        "asked": asked and form.is_valid(),
        "found": found,
        "marking": case.root.marking,
    }
    return render(request, "casework/sharing/find.html", context)


def _here(desk: Desk, reference: str) -> str:
    return reverse(f"{desk.key}:who-sees", kwargs={"reference": reference})


def _preview(
    request: Asked, desk: Desk, case: Case, to: Recipient, terms: sharing.Terms
) -> str | None:
    """The case as this share opens it, by sharing it and taking that back unseen: what is shown is
    what the policy gives, not what somebody wrote down that it gives. None where they hold no post
    that views."""
    if to.user is not None and not _as_they_are(to.user, request).may(Right.VIEW):
        return None
    viewer, at, reference = _as(to), request.at, case.root.reference
    with transaction.atomic():
        sharing.share(case, to, terms, by=request.actor, at=at, key=f"preview-{uuid4().hex}")
        # What else is open to them, and that they are locked out, is not for whoever shares.
        given = Grant.objects.exclude(source=sharing.shares_of(case)[0].reference)
        given.filter(_whose(to)).update(revoked_at=at)
        Lock.objects.filter(user_id=viewer.user_id).update(lifted_at=at)
        shown = case_shown(desk, case_of(viewer, desk, reference, at), viewer, at)
        drawn = render_to_string("casework/case_shown.html", shown, request)
        transaction.set_rollback(True)
    return drawn


def _whose(to: Recipient) -> Q:
    if to.user is not None:
        return Q(user=to.user)
    return Q(team=to.team) if to.team is not None else Q(agency=to.agency)


def _as_they_are(user: User, request: Asked) -> Actor:
    return actor_of(user, on=london(request.at).date(), mfa=True, channel="web")


def _as(to: Recipient) -> Actor:
    """Somebody to whom nothing is open but what is shared with the recipient: of no team that
    keeps records, and of no agency, where it is not the agency that it is shared with."""
    whole_agency = to.user is None and to.team is None
    post = Held(to.team.pk if to.team else 0, "partner-reader", Role.PARTNER_READ)
    return Actor(
        user_id=to.user.pk if to.user else 0,
        username="",
        name=to.name,
        agency_id=to.agency.pk if whole_agency else None,
        mfa=True,
        held=frozenset({post}),
    )


@page(right=Right.SHARE, reads="personal", writes=True)
def share_revoke(
    request: Asked, desk: Desk, reference: str, share_reference: str
) -> HttpResponseBase:
    """Takes a share back, with a reason."""
    case = case_of(request.actor, desk, reference, request.at, right=Right.SHARE).case
    made = sharing.share_of(case, share_reference)
    form = RevokeForm(sent(request))
    question = Question(
        back=_here(desk, reference),
        place=reference,
        title=f"Stop sharing with {made.to}",
        button="Stop sharing",
        done="The share is taken back. It opens nothing any more.",
        hint="They are told that it has ended, but not why.",
        warning=True,
    )

    def write(data: dict[str, Any]) -> None:
        sharing.revoke(case, share_reference, reason=data["reason"], **who_when(request, form))

    return ask(request, case.root, form, write, question)


def _markings(request: Asked, case: Case) -> list[int]:
    """The markings that an actor may give a case now."""
    now = case.root.marking
    return [
        wanted
        for wanted in (Root.STANDARD, Root.RESTRICTED, Root.SEALED)
        if wanted != now
        and may_also(request.actor, marking.right_to(now, wanted), case.root, request.at)
    ]


@page(right=Right.RESTRICT, reads="personal", writes=True)
def mark(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Restricts a case, seals it, or lifts that."""
    case = case_of(request.actor, desk, reference, request.at, right=Right.RESTRICT).case
    now = case.root.marking
    offered = marking.offered_still(_markings(request, case), now, request.POST.get("marking", ""))
    if not offered:
        raise OutOfScope(reference)
    form = MarkForm(sent(request), offered=offered, now=now)
    question = about(
        desk,
        reference,
        title=f"Restrict {reference}" if now == 0 else f"Mark {reference}",
        button="Save marking",
        done="The case is marked.",
        hint="Whoever marks it higher, its owner and the supervisors of its team stay named on it."
        " What was shared with teams or agencies ends.",
    )

    def write(data: dict[str, Any]) -> None:
        given = who_when(request, form)
        marking.mark(case, int(data["marking"]), reason=data["reason"], seen=data["seen"], **given)

    return ask(request, case.root, form, write, question)

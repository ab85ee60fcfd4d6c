"""The pages of downtime: entering what was taken on paper, and the pack to work from meanwhile."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.models import Team
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.actions import NewParty
from wansdyke.casework.desk import Desk
from wansdyke.casework.work_forms import refuse
from wansdyke.casework.work_views import sent
from wansdyke.desks.contact.downtime.back_entry import Entered, enter, takers
from wansdyke.desks.contact.downtime.forms import BackEntryForm, PackForm
from wansdyke.desks.contact.downtime.pack import packed
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS
from wansdyke.desks.contact.rules import CONTROL_ROOM, IN_CHARGE
from wansdyke.history import audit
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.people.records import says_nothing


@page(right=Right.CREATE, reads="personal", writes=True)
def from_paper(request: Asked, desk: Desk) -> HttpResponseBase:
    """Enters a call that was taken on paper while the system was down."""
    if not request.actor.posts & CONTROL_ROOM:
        raise OutOfScope(request.path)
    consulted(request, [])
    held = sorted(one.team for one in request.actor.held if one.post in CONTROL_ROOM)
    team = Team.objects.select_related("agency").get(pk=held[0])
    form = BackEntryForm(sent(request), people=takers(team, request.at))
    before = ""
    if request.method == "POST" and form.is_valid():
        try:
            reference = _entered(request, desk, form, team)
        except Entered as known:
            before = known.reference
            refuse(form, known)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"Entered as {reference}, with its own times.")
            return redirect(f"/{desk.key}/{reference}/")
    letters = [f"thrive-{one}{end}" for one in LETTERS for end in ("", "-said")]
    context = {"desk": desk, "form": form, "before": before, "letters": letters}
    return render(request, "contact/downtime/from_paper.html", context)


def _entered(request: Asked, desk: Desk, form: BackEntryForm, team: Team) -> str:
    data = form.cleaned_data
    caller, subject = form.person("caller"), form.person("subject")
    parties = [
        NewParty(role=role, typed=typed)
        for role, typed in (("caller", caller), (data["subject_role"] or "subject", subject))
        if not says_nothing(typed)
    ]
    outcome = enter(
        desk,
        form.columns(),
        form.paper(),
        by=request.actor,
        at=request.at,
        key=data["key"],
        team=team,
        postcode=data["postcode"],
        parties=parties,
    )
    return outcome.reference


@page(
    right=Right.EXPORT,
    reads="personal",
    operation=audit.EXPORT,
    sends="within the product",
    holds="people, by need",
)
def pack(request: Asked, desk: Desk) -> HttpResponseBase:
    """Asks for a passphrase, and gives the downtime pack as a file."""
    if not request.actor.posts & IN_CHARGE:
        raise OutOfScope(request.path)
    consulted(request, [])
    form = PackForm(sent(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, "contact/downtime/ask.html", {"desk": desk, "form": form})
    text = packed(desk, form.cleaned_data["passphrase"], by=request.actor, at=request.at)
    name = f"wansdyke-downtime-{london(request.at):%Y%m%d-%H%M}.html"
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/html; charset=utf-8", headers=headers)

"""Taking on a call that somebody else is to take, and asking for that."""

import uuid

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.desk import Desk
from wansdyke.casework.work_forms import ConfirmForm
from wansdyke.desks.contact import rerouting
from wansdyke.desks.contact.rules import CONTROL_ROOM
from wansdyke.history.pages import Asked, page
from wansdyke.kernel.flow import Refused

ASKED = "Your colleagues are asked to take this call. Go on until one does."


@page(right=Right.CREATE, reads="nothing", writes=True, methods=("POST",))
def take_on(request: Asked, desk: Desk, offer_reference: str) -> HttpResponseBase:
    """Takes a call on, with what was typed of it so far."""
    rerouting.require_in_reach(request.actor, offer_reference, request.at)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return redirect(f"{desk.key}:board")
    key = form.cleaned_data["key"]
    try:
        onward = rerouting.take_on(offer_reference, by=request.actor, at=request.at, key=key)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(f"{desk.key}:board")
    messages.success(request, "This call is yours now. It was being taken by a colleague.")
    return HttpResponseRedirect(onward)


@page(right=Right.CREATE, reads="nothing", writes=True, methods=("POST",))
def hand_on(request: Asked, desk: Desk, draft: uuid.UUID) -> HttpResponseBase:
    """Asks colleagues to take the call that one is taking. Nobody asks why."""
    if not request.actor.posts & CONTROL_ROOM:
        raise OutOfScope(str(draft))
    rerouting.offer(request.actor, request.at, draft)
    messages.info(request, ASKED)
    return redirect("contact:draft", draft)

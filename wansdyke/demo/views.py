"""Signing in as a persona of the made-up force: one click, and only on a database made by demo."""

import time

from django.conf import settings
from django.contrib.auth import login
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.models import User
from wansdyke.access.posts import posts
from wansdyke.access.scope import OutOfScope
from wansdyke.access.sessions import DEMO_FACTOR, opened
from wansdyke.accounts.views import onward
from wansdyke.demo.force import PERSONAS
from wansdyke.demo.make import made_here
from wansdyke.history import audit
from wansdyke.history.pages import Asked, page

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@page(open_to_all=True, writes=True)
def personas(request: Asked) -> HttpResponseBase:
    """One persona for each post, one click each; it counts as the second factor."""
    if not settings.DEMO or not made_here():
        raise OutOfScope("personas")
    chosen = {persona.username for persona in PERSONAS} & {request.POST.get("persona", "")}
    if request.method == "POST" and chosen:
        user = User.objects.filter(username=chosen.pop(), is_active=True).first()
        if user is None:
            raise OutOfScope("personas")
        login(request, user, backend=BACKEND)
        request.session[DEMO_FACTOR] = time.time()
        opened(request, user, "demonstration")
        audit.record(
            audit.SIGN_IN,
            by=None,
            at=request.at,
            subjects=[f"user:{user.username}"],
            outcome="signed in as a demonstration persona",
            address=request.META.get("REMOTE_ADDR", ""),
        )
        return redirect(onward(request) or "/")
    known = posts()
    rows = [{"persona": one, "post": known[one.post].title} for one in PERSONAS]
    return render(request, "demo/personas.html", {"rows": rows})

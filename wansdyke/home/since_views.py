"""The page for whoever comes on shift: what happened while they were away."""

from typing import Any

from django import forms
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.posts import Right
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.home.since import CHOICES, COLUMNS, news
from wansdyke.ui.forms import PlainForm


class SinceForm(PlainForm):
    """Since when."""

    marks_optional = False
    since = forms.ChoiceField(label="Since", required=False, choices=CHOICES)


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def since_last_shift(request: Asked) -> HttpResponseBase:
    """What others did to my records since I was last at work, or since another moment."""
    asked = request.GET.get("since", CHOICES[0][0])
    given: dict[str, Any] = {"since": asked if asked in dict(CHOICES) else CHOICES[0][0]}
    found = news(request.actor, request.at, given["since"], request.GET.get("page"))
    consulted(request, found.references)
    return render(
        request,
        "home/since.html",
        {"form": SinceForm(given), "news": found, "columns": COLUMNS, "query": request.GET},
    )

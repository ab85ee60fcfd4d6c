"""The pages for whoever comes on shift and whoever goes: what happened, what is handed over."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.models import Team
from wansdyke.access.posts import Right
from wansdyke.casework.forms import KeyedForm
from wansdyke.casework.hand_over import LONGEST, hand_over, handed_over
from wansdyke.casework.work_forms import choices_on, refuse
from wansdyke.casework.work_views import sent, who_when
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.home.since import CHOICES, COLUMNS, handed_over_to, news
from wansdyke.home.since_areas import URGENT_COLUMNS, in_my_areas
from wansdyke.kernel.flow import Refused
from wansdyke.ui.forms import PlainForm

MOST_NOTES = 50


class SinceForm(PlainForm):
    """Since when."""

    marks_optional = False
    since = forms.ChoiceField(label="Since", required=False, choices=CHOICES)


class HandOverForm(KeyedForm):
    """What the next shift of a team has to know, of no record."""

    team = forms.ChoiceField(label="Team")
    text = forms.CharField(
        label="What the next shift has to know",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Name nobody here: everyone in the team reads it. What is about a call or a "
        "case, add there as a note that is handed over.",
    )

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_on(self, "team", [(team.key, team.name) for team in teams])


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def since_last_shift(request: Asked) -> HttpResponseBase:
    """What others did to my records since I was last at work, or since another moment."""
    asked = request.GET.get("since", CHOICES[0][0])
    given: dict[str, Any] = {"since": asked if asked in dict(CHOICES) else CHOICES[0][0]}
    found = news(request.actor, request.at, given["since"], request.GET.get("page"))
    on_cases = handed_over_to(request.actor, request.at, found.since)
    areas = in_my_areas(request.actor, request.at, found.since)
    noted = [*found.references, *(note["reference"] for note in on_cases)]
    consulted(request, [*noted, *(areas.references if areas else ())])
    return render(
        request,
        "home/since.html",
        {
            "form": SinceForm(given),
            "news": found,
            "columns": COLUMNS,
            "query": request.GET,
            "to_team": handed_over(request.actor, found.since)[:MOST_NOTES],
            "on_cases": on_cases,
            "areas": areas,
            "urgent_columns": URGENT_COLUMNS,
            "may_write": request.actor.may(Right.COMMENT) and bool(request.actor.teams),
        },
    )


@page(right=Right.COMMENT, writes=True)
def hand_over_new(request: Asked) -> HttpResponseBase:
    """Tells the next shift something."""
    teams = list(Team.objects.filter(pk__in=sorted(request.actor.teams)).order_by("name"))
    form = HandOverForm(sent(request), teams=teams)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        team = next(one for one in teams if one.key == data["team"])
        try:
            hand_over(team, data["text"], **who_when(request, form))
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "It is handed over.")
            return redirect("since")
    return render(request, "home/hand_over.html", {"form": form})

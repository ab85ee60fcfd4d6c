"""The page on which an administrator says which areas a team polices."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from wansdyke.access.models import Team
from wansdyke.accounts.admin_views import ADMIN_CHANGE, tried
from wansdyke.accounts.forms import KeyedForm
from wansdyke.history.pages import Asked
from wansdyke.history.seen import SeenForm
from wansdyke.kernel.calendar import london
from wansdyke.people.team_areas import areas_on, police
from wansdyke.people.whereabouts import policing_areas


class TeamAreasForm(KeyedForm, SeenForm):
    """The areas, ticked or not."""

    watched = ("areas",)

    areas = forms.MultipleChoiceField(
        label="Community policing areas",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose areas that are listed"},
    )
    marks_optional = False

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["areas"].choices = choices  # type: ignore[attr-defined]


@ADMIN_CHANGE
def team_areas(request: Asked, team: str) -> HttpResponse:
    """Which areas a team polices from today on."""
    found = Team.objects.filter(key=team).first()
    if found is None:
        raise Http404
    choices = list(policing_areas().values_list("code", "name"))
    held = areas_on([found.pk], london(request.at).date()).values_list("code", flat=True)
    form = TeamAreasForm(
        request.POST if request.method == "POST" else None,
        choices=choices,
        initial={"areas": sorted(held)},
    )

    def set_them(who: dict[str, Any]) -> None:
        data = form.cleaned_data
        police(found, data["areas"], seen=data["seen"], **who)

    if tried(request, form, set_them, "The team’s areas are saved."):
        return redirect("team", team=found.key)
    return render(
        request, "people/team_areas.html", {"form": form, "team": found, "choices": choices}
    )

"""Administration of agencies, teams and force settings, for whoever may administer."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from wansdyke.access.models import Agency, ForceSetting, Team
from wansdyke.access.settings import Setting, values_of
from wansdyke.accounts import force
from wansdyke.accounts.admin_views import ADMIN_CHANGE, ADMIN_PAGE, tried
from wansdyke.accounts.forms import (
    AgencyEditForm,
    AgencyForm,
    SettingForm,
    TeamEditForm,
    TeamForm,
)
from wansdyke.accounts.told import story_of
from wansdyke.history.pages import Asked
from wansdyke.ui.tables import Cell, Column

Declared = Callable[[], Sequence[Setting]]
SETTING_COLUMNS = (
    Column(key="title", label="Setting"),
    Column(key="value", label="Value now"),
    Column(key="default", label="Default"),
    Column(key="since", label="Since"),
    Column(key="source", label="Source"),
)
AGENCY_COLUMNS = (
    Column(key="name", label="Agency"),
    Column(key="kind", label="Kind"),
    Column(key="agreement", label="Agreement until"),
    Column(key="state", label="Access"),
)
TEAM_COLUMNS = (
    Column(key="name", label="Team"),
    Column(key="key", label="Short name"),
    Column(key="state", label="State"),
)
CLOSED = Cell(text="Closed", colour="red")


def in_words(setting: Setting, value: Any) -> str:
    """A setting's value as a person reads it, with its unit."""
    said = dict(setting.choices).get(value, value)
    return f"{said} {setting.unit}".strip()


def group_of(setting: Setting) -> str:
    """Whose setting it is: what stands before the first dot of its key."""
    words = setting.key.partition(".")[0].replace("-", " ")
    return words[:1].upper() + words[1:]


@ADMIN_PAGE
def settings(request: Asked, declared: Declared) -> HttpResponse:
    """Every setting by desk: its value now and since when, its default and source."""
    known = sorted(declared(), key=lambda s: (group_of(s), s.title))
    now = values_of(tuple(known), request.at)
    rows = ForceSetting.objects.filter(key__in=list(now), from_at__lte=request.at)
    since = dict(rows.order_by("from_at", "pk").values_list("key", "from_at"))
    groups = [
        (
            title,
            [
                {
                    "title": Cell(text=s.title, href=reverse("force_setting", args=[s.key])),
                    "value": in_words(s, now[s.key]),
                    "default": in_words(s, s.default),
                    "since": since.get(s.key, "The start"),
                    "source": s.source,
                }
                for s in group
            ],
        )
        for title, group in groupby(known, key=group_of)
    ]
    return render(request, "accounts/settings.html", {"groups": groups, "columns": SETTING_COLUMNS})


@ADMIN_CHANGE
def setting(request: Asked, setting: str, declared: Declared) -> HttpResponse:
    """One setting: a new value from a moment on, and every value it has had."""
    found = next((s for s in declared() if s.key == setting), None)
    if found is None:
        raise Http404
    now = values_of((found,), request.at)[found.key]
    form = SettingForm(
        request.POST if request.method == "POST" else None,
        setting=found,
        initial={"value": now, "from_at": request.at},
    )

    def change(who: dict[str, Any]) -> None:
        cleaned = form.cleaned_data
        force.set_setting(
            **who,
            setting=found,
            text=cleaned["value"],
            from_at=cleaned["from_at"],
            reason=cleaned["reason"],
            seen=cleaned["seen"],
        )

    if tried(request, form, change, f"{found.title} is set."):
        return redirect("force_settings")
    context = {
        "form": form,
        "setting": found,
        "now": in_words(found, now),
        "default": in_words(found, found.default),
        "story": story_of(f"setting:{found.key}"),
    }
    return render(request, "accounts/setting.html", context)


@ADMIN_PAGE
def agencies(request: Asked) -> HttpResponse:
    """Every agency of the installation, the force first."""
    rows = [
        {
            "name": Cell(text=a.name, href=reverse("agency", args=[a.key])),
            "kind": "This force" if a.home else a.get_kind_display(),
            "agreement": a.agreement_until or ("Not needed" if a.home else "No end date"),
            "state": "Open" if a.active else CLOSED,
        }
        for a in Agency.objects.order_by("-home", "name")
    ]
    return render(request, "accounts/agencies.html", {"rows": rows, "columns": AGENCY_COLUMNS})


@ADMIN_CHANGE
def agency_new(request: Asked) -> HttpResponse:
    """Adds an agency."""
    form = AgencyForm(request.POST if request.method == "POST" else None)

    def create(who: dict[str, Any]) -> None:
        cleaned = form.cleaned_data
        names = ("name", "kind", "agreement_until")
        asked = {name: cleaned[name] for name in names}
        force.create_agency(**who, **asked, agency_key=cleaned["key"])

    if tried(request, form, create, "The agency is added."):
        return redirect("agencies")
    context = {"form": form, "heading": "Add an agency", "button": "Add the agency"}
    return render(request, "accounts/named.html", context)


@ADMIN_CHANGE
def agency(request: Asked, agency: str) -> HttpResponse:
    """One agency: its name, agreement and access, its teams and its history."""
    found = Agency.objects.filter(key=agency).first()
    if found is None:
        raise Http404
    names = ("name", "agreement_until", "active")
    form = AgencyEditForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(found, name) for name in names},
    )

    def edit(who: dict[str, Any]) -> None:
        force.edit_agency(
            **who, agency=found, **{n: form.cleaned_data[n] for n in (*names, "seen")}
        )

    if tried(request, form, edit, "The agency is changed."):
        return redirect("agencies")
    rows = [
        {
            "name": Cell(text=t.name, href=reverse("team", args=[t.key])),
            "key": t.key,
            "state": "Open" if t.active else CLOSED,
        }
        for t in found.teams.order_by("name")
    ]
    context = {"form": form, "agency": found, "rows": rows, "columns": TEAM_COLUMNS}
    story = story_of(f"agency:{found.key}")
    return render(request, "accounts/agency.html", context | {"story": story})


@ADMIN_CHANGE
def team_new(request: Asked, agency: str) -> HttpResponse:
    """Adds a team to an agency."""
    found = Agency.objects.filter(key=agency).first()
    if found is None:
        raise Http404
    form = TeamForm(request.POST if request.method == "POST" else None)

    def create(who: dict[str, Any]) -> None:
        cleaned = form.cleaned_data
        force.create_team(**who, agency=found, team_key=cleaned["key"], name=cleaned["name"])

    if tried(request, form, create, "The team is added."):
        return redirect("agency", agency=found.key)
    context = {"form": form, "heading": f"Add a team to {found.name}", "button": "Add the team"}
    return render(request, "accounts/named.html", context)


@ADMIN_CHANGE
def team(request: Asked, team: str, beside: Sequence[tuple[str, str]] = ()) -> HttpResponse:
    """One team: its name, and whether its posts give access."""
    found = Team.objects.select_related("agency").filter(key=team).first()
    if found is None:
        raise Http404
    form = TeamEditForm(
        request.POST if request.method == "POST" else None,
        initial={"name": found.name, "active": found.active},
    )

    def edit(who: dict[str, Any]) -> None:
        names = ("name", "active", "seen")
        force.edit_team(**who, team=found, **{n: form.cleaned_data[n] for n in names})

    if tried(request, form, edit, "The team is changed."):
        return redirect("agency", agency=found.agency.key)
    links = [(words, reverse(name, args=[found.key])) for words, name in beside]
    context = {"form": form, "heading": found.name, "button": "Save", "links": links}
    return render(request, "accounts/named.html", context)

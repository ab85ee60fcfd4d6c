"""The front door's pages: my work, search, the person page."""

import secrets
from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.posts import Right
from wansdyke.access.references import tidy
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.markers import cases_behind, past_of
from wansdyke.casework.record_marking import markings_of
from wansdyke.history import audit
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.home.disclosures import sees_disclosures
from wansdyke.home.forms import SearchForm, reason_words
from wansdyke.home.my_work import (
    GLIMPSE,
    PARTS,
    parts_for,
    reads_sort,
    team_names,
)
from wansdyke.home.notices import mark_read
from wansdyke.home.person import (
    SIDE_BY_SIDE,
    face_of,
    judged_of,
    records_in_scope,
    records_shown,
    timeline_of,
)
from wansdyke.home.search import destination, search
from wansdyke.home.work_parts import PER_PAGE, Part, Wanted
from wansdyke.linkage.faces import markers_of_people
from wansdyke.linkage.found import Query, noted
from wansdyke.people.caller_password import protected
from wansdyke.people.equality import askable
from wansdyke.people.known_as import as_known
from wansdyke.people.records import RECORD_FIELDS
from wansdyke.ui.paging import page_of

SEARCHES, REASON = "searches", "search_reason"
SEARCHES_KEPT = 5


@page(reads="personal", methods=("GET", "HEAD"))
def my_work(request: Asked) -> HttpResponseBase:
    """What waits for me, soonest first: all of it at a glance, or one list in full."""
    actor, at = request.actor, request.at
    keys = parts_for(actor)
    chosen = request.GET.get("show", "")
    sort = reads_sort(request.GET.get("sort"))
    if chosen in keys:
        wanted = Wanted(number=request.GET.get("page"), sort=sort)
        parts = [PARTS[chosen](actor, at, wanted)]
    else:
        chosen = ""
        parts = [
            _glimpse(request, key, Wanted(number=request.GET.get("page"), sort=sort))
            for key in keys
            if key != "team"
        ]
    consulted(request, [reference for part in parts for reference in part.references])
    return render(
        request,
        "home/my_work.html",
        {
            "parts": [p for p in parts if chosen or p.rows or p.key == "cases" or len(keys) == 1],
            "chosen": chosen,
            "tabs": _tabs(keys),
            "team_names": team_names(actor) if chosen == "team" else [],
            "has_post": bool(actor.held),
            "may_view": actor.may(Right.VIEW),
            "query": request.GET,
        },
    )


def _glimpse(request: Asked, key: str, wanted: Wanted) -> Part:
    whole = key == "cases"
    shorter = Wanted(
        number=wanted.number if whole else None,
        per_page=PER_PAGE if whole else GLIMPSE,
        sort=wanted.sort,
    )
    return PARTS[key](request.actor, request.at, shorter)


def _tabs(keys: list[str]) -> list[tuple[str, str]]:
    titles = {
        "cases": "My cases",
        "actions": "My actions",
        "conflicts": "Who is who",
        "referrals": "Referrals",
        "decisions": "Decisions",
        "notices": "Notices",
        "team": "My team",
    }
    return [("", "Everything"), *((key, titles[key]) for key in keys)] if len(keys) > 1 else []


@page(writes=True, methods=("POST",))
def notices_read(request: Asked) -> HttpResponseBase:
    """Marks a notice of one's own as read; twice is once."""
    mark_read(request.actor, request.at, request.POST.get("notice", ""))
    return redirect("/?show=notices" if request.POST.get("show") == "notices" else "/")


@page(right=Right.VIEW, operation=audit.SEARCH)
def search_form(request: Asked) -> HttpResponseBase:
    """Asks what to search for, and for what; a reference of ours leads straight to its page.

    What is typed is personal data, so it is sent in the body and kept in the session: the address
    of the results names nobody.
    """
    remembered = request.session.get(REASON, {})
    form = SearchForm(request.POST if request.method == "POST" else None, initial=remembered)
    if not form.is_valid():
        return render(request, "home/search.html", {"form": form, "results": None})
    data = form.cleaned_data
    request.session[REASON] = {"reason": data["reason"], "about": data["about"]}
    target = destination(request.actor, request.at, data["text"])
    if target is not None:
        consulted(request, [tidy(data["text"])], fields=["reference"], reason=form.words())
        return redirect(target)
    asked = secrets.token_urlsafe(9)
    kept = request.session.get(SEARCHES, {})
    entry = {"text": data["text"], **{k: plain_date(v) for k, v in asdict(form.query()).items()}}
    recent = list(kept.items())[-(SEARCHES_KEPT - 1) :]
    request.session[SEARCHES] = {**dict(recent), asked: entry}
    return redirect("search_results", asked=asked)


def plain_date(value: Any) -> Any:
    """A value that a session can hold."""
    return value.isoformat() if isinstance(value, date) else value


@page(right=Right.VIEW, reads="personal", operation=audit.SEARCH, methods=("GET", "HEAD"))
def search_results(request: Asked, asked: str) -> HttpResponseBase:
    """What a search of this session found; a search the session has forgotten is asked again."""
    entry = request.session.get(SEARCHES, {}).get(asked)
    if entry is None:
        return redirect("search")
    born = entry["date_of_birth"]
    typed = {**entry, "date_of_birth": date.fromisoformat(born) if born else None}
    text = typed.pop("text")
    results = search(request.actor, request.at, text, Query(**typed))
    remembered = request.session.get(REASON, {})
    noted(request, results.people, results.places, reason=reason_words(remembered))
    consulted(request, [found.reference for found in results.references])
    form = SearchForm(initial={"text": text, **typed, **remembered})
    return render(request, "home/search.html", {"form": form, "results": results})


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def person(request: Asked, person_reference: str) -> HttpResponseBase:
    """A person: markers, sources side by side, and one timeline; or only their safety face."""
    actor, at = request.actor, request.at
    in_scope = records_in_scope(actor, at, person_reference)
    first = list(in_scope.values_list("pk", flat=True)[:SIDE_BY_SIDE])
    if not first:
        return _face(request, person_reference)
    records = records_shown(actor, at, first)
    one = as_known(actor, at, records[0].record.person)
    if one.reference != person_reference:
        return redirect("person", one.reference)
    markers = markers_of_people(actor, at, [one.pk]).get(one.pk, ())
    ever = [*markers, *past_of(one, actor, at)]
    shown, timeline = timeline_of(actor, at, one, ever, request.GET.get("page"))
    roots = [record.record.root for record in records]
    roots += [item["case"].root for item in timeline if not item["marker"]]
    consulted(request, [one.reference, *(root.reference for root in roots), *cases_behind(ever)])
    return render(
        request,
        "home/person.html",
        {
            "person": one,
            "records": records,
            "record_count": in_scope.count(),
            "record_fields": (*RECORD_FIELDS, ("address", "Address")),
            "markings": markings_of(actor, at, [row.record.root for row in records]),
            "askable": askable(actor, at, [row.record.root for row in records]),
            "markers": markers,
            "protected": bool(protected([one.pk])),
            "judged": judged_of(actor, at, one),
            "may_judge": actor.may(Right.JUDGE),
            "may_see_disclosures": sees_disclosures(actor, at, person_reference),
            "timeline": timeline,
            "page": shown,
            "query": request.GET,
        },
    )


def _face(request: Asked, reference: str) -> HttpResponse:
    face = face_of(request.actor, request.at, reference)
    consulted(request, [face.person.reference, *cases_behind(face.markers)], face=True)
    return render(request, "home/face.html", {"face": face})


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def person_records(request: Asked, person_reference: str) -> HttpResponseBase:
    """Every record of a person that the viewer may see, ten at a time, side by side.

    Without one it is the not-found page: a face has no records.
    """
    actor, at = request.actor, request.at
    shown = page_of(
        records_in_scope(actor, at, person_reference), request.GET.get("page"), SIDE_BY_SIDE
    )
    if not shown.ids:
        raise OutOfScope(person_reference)
    records = records_shown(actor, at, list(shown.ids))
    one = as_known(actor, at, records[0].record.person)
    consulted(request, [one.reference, *(r.record.root.reference for r in records)])
    return render(
        request,
        "home/person_records.html",
        {
            "person": one,
            "records": records,
            "record_fields": (*RECORD_FIELDS, ("address", "Address")),
            "page": shown,
            "query": request.GET,
        },
    )

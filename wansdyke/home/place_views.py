"""The page of a place."""

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.posts import Right
from wansdyke.casework.markers import cases_behind, live_for
from wansdyke.history import audit
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.home.forms import ReasonForSearch
from wansdyke.home.place import cases_here, household, place_known

REASON = "search_reason"


@page(right=Right.VIEW, reads="personal")
def place(request: Asked, place_reference: str) -> HttpResponseBase:
    """What is known at a place; who lives there is masked until somebody says why they ask."""
    actor, at = request.actor, request.at
    one = place_known(actor, at, place_reference)
    markers = live_for([], [one], actor, at)
    shown, cases = cases_here(actor, at, one, request.GET.get("page"))
    consulted(
        request,
        [one.reference, *cases_behind(markers), *(case.reference for case in cases)],
        fields=["place"],
    )
    sending = request.method == "POST"
    form = ReasonForSearch(
        request.POST if sending else None, initial=request.session.get(REASON, {})
    )
    context: dict[str, Any] = {"household": None}
    if sending and form.is_valid():
        request.session[REASON] = form.cleaned_data
        people, more = household(actor, at, one)
        request.logged_as = audit.SEARCH
        consulted(request, [seen.record.known_as for seen in people])
        consulted_roots(
            request, [seen.record.root for seen in people], household=True, reason=form.words()
        )
        context = {"household": people, "more": more}
    return render(
        request,
        "home/place.html",
        {
            "place": one,
            "markers": markers,
            "cases": cases,
            "page": shown,
            "query": request.GET,
            "form": form,
            **context,
        },
    )

"""Checking a caller's password: before anything is said about the person they say they are."""

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.reach_forms import SaidForm
from wansdyke.casework.work_forms import refuse
from wansdyke.casework.work_views import sent, who_when
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.home.person import records_in_scope
from wansdyke.kernel.flow import Refused
from wansdyke.people.caller_password import check, protected
from wansdyke.people.known_as import as_known
from wansdyke.people.models import PersonRecord


@page(right=Right.COMMENT, reads="personal", writes=True)
def caller_check(request: Asked, person_reference: str) -> HttpResponseBase:
    """Asks what the caller said, and says whether it is the word."""
    record = _record(request, person_reference)
    person = as_known(request.actor, request.at, record.person)
    consulted(request, [person.reference, record.root.reference])
    form = SaidForm(sent(request))
    context: dict[str, Any] = {"form": form, "person": person, "matched": None}
    told = protected(request.actor, request.at, [record.person_id])
    context["protected"] = record.person_id in told
    if request.method == "POST" and form.is_valid():
        try:
            word = form.cleaned_data["word"]
            given = who_when(request, form)
            context["matched"] = check(person, record, word, **given)
            context["form"] = SaidForm()
        except Refused as refused:
            refuse(form, refused)
    return render(request, "home/caller_check.html", context)


def _record(request: Asked, person_reference: str) -> PersonRecord:
    rows = records_in_scope(request.actor, request.at, person_reference, right=Right.COMMENT)
    found = list(rows.select_related("root", "person"))
    seen = sections_of(request.actor, [record.root_id for record in found], request.at)
    # Whoever is shared the core of a record alone does not speak with its people.
    for record in found:
        if seen.get(record.root_id, frozenset()) >= {Section.IDENTITY, Section.SAFE_CONTACT}:
            return record
    raise OutOfScope(person_reference)

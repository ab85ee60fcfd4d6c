"""The page on which a person's own record is restricted, sealed or opened again."""

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse

from wansdyke.access.posts import Right
from wansdyke.casework.asking import Question, ask
from wansdyke.casework.record_marking import mark_record, record_to_mark
from wansdyke.casework.sharing_forms import MarkForm
from wansdyke.casework.work_views import sent, who_when
from wansdyke.history.pages import Asked, page
from wansdyke.people.known_as import as_known


@page(right=Right.RESTRICT, reads="personal", writes=True)
def record_mark(request: Asked, record_reference: str) -> HttpResponseBase:
    """Restricts a person's record, seals it, or lifts that."""
    marking = request.POST.get("marking", "")
    record, offered = record_to_mark(request.actor, record_reference, request.at, marking)
    form = MarkForm(sent(request), offered=offered, now=record.root.marking, of="record")
    person = as_known(request.actor, request.at, record.person).reference
    restricting = record.root.marking == 0
    question = Question(
        back=reverse("person", args=[person]),
        place=person,
        title=f"Restrict {record_reference}" if restricting else f"Mark {record_reference}",
        button="Save marking",
        done="The record is marked.",
        hint="Whoever marks it higher and the supervisors of its team are named on it. What opened"
        " it to teams or agencies ends. The cases of this person keep their own marking.",
    )

    def write(data: dict[str, Any]) -> None:
        given = {**who_when(request, form), "seen": data["seen"]}
        mark_record(record, int(data["marking"]), reason=data["reason"], **given)

    return ask(request, record.root, form, write, question)

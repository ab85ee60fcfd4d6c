"""The pages of the work on a case: actions, notes, markers, places and the force's references."""

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.posts import Right
from wansdyke.access.sections import Section
from wansdyke.casework import force_references, markers, notes, parties, tasks
from wansdyke.casework.asking import Question, ask
from wansdyke.casework.desk import Desk
from wansdyke.casework.forms import KeyedForm
from wansdyke.casework.models import Action, Case
from wansdyke.casework.queries import OutOfScope, case_of, sections_on
from wansdyke.casework.work_forms import (
    ConfirmForm,
    HandOnForm,
    MarkerForm,
    MarkerReviewForm,
    NoteForm,
    NumberForm,
    NumberRemovalForm,
    PlaceForm,
    ReasonForm,
    TaskDoneForm,
    TaskForm,
)
from wansdyke.casework.work_presenting import SHOWERS
from wansdyke.casework.work_queries import list_of
from wansdyke.casework.work_reads import force_references_of, people_of, places_of, records_seen
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.people.models import Person, Place


def about(desk: Desk, reference: str, **words: Any) -> Question:
    """A question about a case, which leads back to it."""
    return Question(back=f"/{desk.key}/{reference}/", place=reference, **words)


def sent(request: Asked) -> Any:
    """What a form was sent with, or None while it is only shown."""
    return request.POST if request.method == "POST" else None


def editable(request: Asked, desk: Desk, reference: str) -> Case:
    """The case of a reference, if the actor may edit it. Raises OutOfScope."""
    case: Case = case_of(request.actor, desk, reference, request.at, right=Right.EDIT).case
    return case


def who_when(request: Asked, form: KeyedForm) -> dict[str, Any]:
    """Who does it, when it is recorded, and under which key."""
    return {"by": request.actor, "at": request.at, "key": form.cleaned_data["key"]}


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def work(request: Asked, desk: Desk, reference: str, kind: str) -> HttpResponseBase:
    """All of one kind of work on a case, page by page."""
    key = kind.replace("-", "_")
    item = case_of(request.actor, desk, reference, request.at)
    if key not in SHOWERS:
        raise OutOfScope(kind)
    visible = sections_on(request.actor, item.case.root, request.at)
    number = request.GET.get("page")
    shown, listed, seen = list_of(item, desk, key, request.actor, request.at, visible, number)
    consulted_roots(request, [item.case.root])
    consulted(request, seen)
    context = {"desk": desk, "reference": reference, "work": shown, "page": listed}
    return render(request, "casework/work/list.html", {**context, "query": request.GET})


@page(right=Right.EDIT, reads="personal", writes=True)
def task_new(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Adds an action."""
    case = editable(request, desk, reference)
    form = TaskForm(sent(request), people=list(tasks.owners(case, request.at)))
    question = about(
        desk, reference, title="Add an action", button="Add action", done="The action is added."
    )

    def write(data: dict[str, Any]) -> None:
        asked = {name: data[name] for name in ("title", "owner", "due_at")}
        tasks.add(case, **asked, **who_when(request, form))

    return ask(request, case.root, form, write, question)


def _action(case: Case, reference: str) -> Action:
    action = Action.objects.filter(case=case, reference=reference).select_related("owner").first()
    if action is None:
        raise OutOfScope(reference)
    return action


def _titled(request: Asked, case: Case, action: Action) -> str:
    """An action's title in brackets, where its section is seen."""
    visible = sections_on(request.actor, case.root, request.at)
    return f" ({action.title})" if Section.NARRATIVE in visible else ""


@page(right=Right.EDIT, reads="personal", writes=True)
def task_done(
    request: Asked, desk: Desk, reference: str, action_reference: str
) -> HttpResponseBase:
    """Completes an action with what came of it."""
    case = editable(request, desk, reference)
    action = _action(case, action_reference)
    form = TaskDoneForm(sent(request))
    question = about(
        desk,
        reference,
        title=f"Complete action {action_reference}{_titled(request, case, action)}",
        button="Complete action",
        done="The action is complete.",
    )

    def write(data: dict[str, Any]) -> None:
        given = who_when(request, form)
        tasks.complete(case, action_reference, outcome=data["outcome"], **given)

    return ask(request, case.root, form, write, question)


@page(right=Right.EDIT, reads="personal", writes=True)
def task_hand_on(
    request: Asked, desk: Desk, reference: str, action_reference: str
) -> HttpResponseBase:
    """Gives an action to another owner."""
    case = editable(request, desk, reference)
    action = _action(case, action_reference)
    people = tasks.owners(case, request.at).exclude(pk=action.owner_id)
    form = HandOnForm(sent(request), people=list(people))
    question = about(
        desk,
        reference,
        title=f"Hand on action {action_reference}{_titled(request, case, action)}",
        button="Hand on",
        done="The action has a new owner, who is told.",
        hint=f"It is {action.owner.name}’s now.",
    )

    def write(data: dict[str, Any]) -> None:
        given = who_when(request, form)
        asked = {"owner": data["owner"], "reason": data["reason"]}
        tasks.hand_on(case, action_reference, **asked, **given)

    return ask(request, case.root, form, write, question)


@page(right=Right.COMMENT, reads="personal", writes=True)
def note_new(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Adds a note."""
    item = case_of(request.actor, desk, reference, request.at, right=Right.COMMENT)
    form = NoteForm(sent(request))
    question = about(
        desk,
        reference,
        title="Add a note",
        button="Add note",
        done="The note is added.",
        hint="A note is kept as it was written: it cannot be changed or taken away.",
    )

    def write(data: dict[str, Any]) -> None:
        given = who_when(request, form)
        notes.add(item.case, data["text"], hand_over=data["hand_over"], **given)

    return ask(request, item.case.root, form, write, question)


@page(right=Right.EDIT, reads="personal", writes=True)
def place_new(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Adds a place."""
    case = editable(request, desk, reference)
    form = PlaceForm(sent(request))
    question = about(
        desk, reference, title="Add a place", button="Add place", done="The place is added."
    )

    def write(data: dict[str, Any]) -> None:
        asked = {name: data[name] for name in ("address", "postcode", "role")}
        parties.add_place(case, **asked, **who_when(request, form))

    return ask(request, case.root, form, write, question)


@page(right=Right.EDIT, reads="personal", writes=True)
def place_remove(
    request: Asked, desk: Desk, reference: str, place_reference: str, role: str
) -> HttpResponseBase:
    """Takes a place off a case."""
    case = editable(request, desk, reference)
    part = parties.place_of(case, place_reference, role)
    visible = sections_on(request.actor, case.root, request.at)
    if Section.ADDRESS not in visible:
        raise OutOfScope(place_reference)
    form = ConfirmForm(sent(request))
    question = about(
        desk,
        reference,
        title=f"Remove {part.place} from this case?",
        button="Remove place",
        done="The place is removed. The history keeps that it was here.",
        warning=True,
    )

    def write(data: dict[str, Any]) -> None:
        parties.remove_place(case, place_reference, role, **who_when(request, form))

    return ask(request, case.root, form, write, question)


def _abouts(request: Asked, case: Case) -> dict[str, tuple[str, Person | Place]]:
    """Whom and what a marker can be about: people and places that the actor sees on the case."""
    visible = sections_on(request.actor, case.root, request.at)
    found: dict[str, tuple[str, Person | Place]] = {}
    if Section.IDENTITY in visible:
        rows = list(people_of(case).filter(ended_at__isnull=True))
        seen = records_seen((one.record for one in rows), request.actor, request.at)
        named = [one.record for one in rows if seen.shows(one.record, Section.IDENTITY)]
        consulted_roots(request, [record.root for record in named])
        each = {one.person_id: one for one in reversed(named)}
        found |= {one.known_as: (str(one), one.person) for one in reversed(each.values())}
    if Section.ADDRESS in visible:
        found |= {part.place.reference: (str(part.place), part.place) for part in places_of(case)}
    return found


@page(right=Right.EDIT, reads="personal", writes=True)
def marker_new(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Publishes a marker about a person or place of the case."""
    case = editable(request, desk, reference)
    abouts = _abouts(request, case)
    form = MarkerForm(sent(request), about=[(key, label) for key, (label, _) in abouts.items()])
    question = about(
        desk,
        reference,
        title="Publish a marker",
        button="Publish marker",
        done="The marker is published.",
        hint="Operators, dispatchers and officers of the whole force see a marker, though not "
        "the case behind it. Add the person or place to the case first.",
        warning=True,
    )

    def write(data: dict[str, Any]) -> None:
        asked = {name: data[name] for name in ("kind", "text", "source", "review_by", "until_date")}
        markers.publish(case, abouts[data["about"]][1], **asked, **who_when(request, form))

    return ask(request, case.root, form, write, question)


@page(right=Right.EDIT, reads="personal", writes=True)
def marker_review(
    request: Asked, desk: Desk, reference: str, marker_reference: str
) -> HttpResponseBase:
    """Says that a marker still holds, and by when to look again."""
    case = editable(request, desk, reference)
    marker = markers.marker_of(case, marker_reference)
    form = MarkerReviewForm(sent(request), marker=marker)
    question = about(
        desk,
        reference,
        title=f"Does this marker still hold? {marker}",
        button="It still holds",
        done="The marker is reviewed.",
    )

    def write(data: dict[str, Any]) -> None:
        asked = {name: data[name] for name in ("review_by", "until_date", "reason", "seen")}
        markers.review(case, marker_reference, **asked, **who_when(request, form))

    return ask(request, case.root, form, write, question)


@page(right=Right.EDIT, reads="personal", writes=True)
def marker_withdraw(
    request: Asked, desk: Desk, reference: str, marker_reference: str
) -> HttpResponseBase:
    """Takes a marker back."""
    case = editable(request, desk, reference)
    marker = markers.marker_of(case, marker_reference)
    form = ReasonForm(sent(request))
    question = about(
        desk,
        reference,
        title=f"Withdraw this marker? {marker}",
        button="Withdraw marker",
        done="The marker is withdrawn: nobody sees it any more.",
        warning=True,
    )

    def write(data: dict[str, Any]) -> None:
        given = who_when(request, form)
        markers.withdraw(case, marker_reference, reason=data["reason"], **given)

    return ask(request, case.root, form, write, question)


@page(right=Right.EDIT, reads="personal", writes=True)
def reference_new(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Adds one of the force's own numbers."""
    case = editable(request, desk, reference)
    form = NumberForm(sent(request))
    question = about(
        desk,
        reference,
        title="Add a force reference",
        button="Add reference",
        done="The reference is added.",
    )

    def write(data: dict[str, Any]) -> None:
        asked = {"kind": data["kind"], "value": data["value"]}
        force_references.add(case, **asked, **who_when(request, form))

    return ask(request, case.root, form, write, question)


@page(right=Right.EDIT, reads="personal", writes=True)
def reference_remove(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Takes one of the force's own numbers off."""
    case = editable(request, desk, reference)
    form = NumberRemovalForm(sent(request), rows=list(force_references_of(case)))
    question = about(
        desk,
        reference,
        title="Remove a force reference",
        button="Remove reference",
        done="The reference is removed. The history keeps that it was here.",
        warning=True,
    )

    def write(data: dict[str, Any]) -> None:
        kind, _, value = data["number"].partition(" ")
        force_references.remove(case, kind=kind, value=value, **who_when(request, form))

    return ask(request, case.root, form, write, question)

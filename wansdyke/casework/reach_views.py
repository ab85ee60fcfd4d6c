"""The pages of reaching a person of a case: what is safe now, what was tried, the caller's word."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.asking import Question, ask
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Case, ContactAttempt, Party
from wansdyke.casework.parties import record_in_scope
from wansdyke.casework.queries import OutOfScope, case_of, may_also
from wansdyke.casework.reach_forms import RuleForm, TriedForm, WordForm
from wansdyke.casework.reaching import Tried, attempted, reachable
from wansdyke.casework.work_forms import ReasonForm
from wansdyke.casework.work_views import sent, who_when
from wansdyke.history.pages import Asked, consulted_roots, page
from wansdyke.people import caller_password, safe_contact
from wansdyke.people.contact_rules import CHANNELS, Answer, Channel
from wansdyke.people.models import CallerPassword, PersonRecord
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column

COLOURS = {Answer.SAFE: "green", Answer.READ: "yellow", Answer.UNSAFE: "red"}
ANSWERS = {Answer.SAFE: "Safe now", Answer.READ: "Read first", Answer.UNSAFE: "Not safe now"}
TRIES = (
    Column(key="at", label="When"),
    Column(key="by", label="By"),
    Column(key="how", label="How"),
    Column(key="gate", label="Was it safe?"),
    Column(key="outcome", label="What came of it"),
    Column(key="words", label="Note", whole=True),
)


def _reached(
    request: Asked, desk: Desk, reference: str, record_reference: str, right: Right = Right.VIEW
) -> tuple[Case, Party]:
    """The case and the person's part in it, for whoever has the right on the case."""
    case: Case = case_of(request.actor, desk, reference, request.at, right=right).case
    party = reachable(case, record_reference, request.actor, request.at)
    consulted_roots(request, [case.root, party.record.root])
    return case, party


def _kept(request: Asked, desk: Desk, reference: str, record_reference: str) -> PersonRecord:
    """The person's record, for whoever may edit it."""
    _, party = _reached(request, desk, reference, record_reference)
    return record_in_scope(request.actor, party.record.root.reference, request.at, Right.EDIT)


def _back(desk: Desk, reference: str, record_reference: str, **words: Any) -> Question:
    given = {"reference": reference, "record_reference": record_reference}
    return Question(
        back=reverse(f"{desk.key}:person-contact", kwargs=given), place="Safe contact", **words
    )


def _seen(request: Asked, person: int) -> dict[int, frozenset[Section]]:
    """What the actor sees of each of a person's records that are in their scope."""
    rows = PersonRecord.objects.filter(
        scope(request.actor, Right.VIEW, request.at, "root__"), person_id=person
    )
    pks = list(rows.values_list("pk", flat=True))
    return sections_of(request.actor, pks, request.at)


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def contact(request: Asked, desk: Desk, reference: str, record_reference: str) -> HttpResponseBase:
    """How a person of a case may be reached now, why, and who tried."""
    case, party = _reached(request, desk, reference, record_reference)
    record, at = party.record, request.at
    stands = safe_contact.standing([record.person_id], at)[record.person_id]
    seen = _seen(request, record.person_id)
    rules = safe_contact.seen_rules(stands.rules, seen)
    consulted_roots(request, [row.root for row in rules])
    tried = page_of(_tries(case, record), request.GET.get("page"))
    rows = tried.in_order(_tries(case, record).filter(pk__in=tried.ids))
    context = {
        "desk": desk,
        "reference": reference,
        "record": record,
        "ways": _ways(stands, seen, at),
        "rules": [(row, safe_contact.when_words(row), row.root_id == record.pk) for row in rules],
        "protected": record.person_id
        in caller_password.protected(request.actor, at, [record.person_id]),
        "own_word": CallerPassword.objects.filter(root=record.root, ended_at=None).exists(),
        "columns": TRIES,
        "tries": [_try_row(row) for row in rows],
        "page": tried,
        "query": request.GET,
        "may_edit": may_also(request.actor, Right.EDIT, record.root, at),
        "may_comment": may_also(request.actor, Right.COMMENT, case.root, at),
    }
    return render(request, "casework/work/contact.html", context)


def _ways(
    stands: safe_contact.Standing, seen: dict[int, frozenset[Section]], at: datetime
) -> list[tuple[str, str, str, str, str]]:
    """Each way: its key and words, how it stands now and in which colour, and why."""
    found = ((key, words, stands.decision(key, at)) for key, words in CHANNELS)
    return [
        (key, words, ANSWERS[one.answer], COLOURS[one.answer], safe_contact.told(one, stands, seen))
        for key, words, one in found
    ]


def _tries(case: Case, record: PersonRecord) -> QuerySet[ContactAttempt]:
    rows = ContactAttempt.objects.filter(case=case, record=record)
    return rows.select_related("by").order_by("-at", "-pk")


def _try_row(row: ContactAttempt) -> dict[str, Any]:
    answer = Answer(row.gate)
    return {
        "at": row.at,
        "by": row.by.name,
        "how": row.get_channel_display(),
        "gate": Cell(text=ANSWERS[answer], colour=COLOURS[answer]),
        "outcome": row.get_outcome_display(),
        "words": ". ".join(part for part in (row.words, row.against) if part),
    }


@page(right=Right.COMMENT, reads="personal", writes=True)
def contact_try(
    request: Asked, desk: Desk, reference: str, record_reference: str, way: str
) -> HttpResponseBase:
    """Notes a try at reaching a person; what the gate says stands above it."""
    case, party = _reached(request, desk, reference, record_reference, Right.COMMENT)
    record = party.record
    if way not in dict(CHANNELS):
        raise OutOfScope(way)
    stands = safe_contact.standing([record.person_id], request.at)[record.person_id]
    decision = stands.decision(way, request.at)
    form = TriedForm(sent(request), safe=decision.answer is Answer.SAFE)
    question = _back(
        desk,
        reference,
        record_reference,
        title=f"{dict(CHANNELS)[Channel(way)]} to {record}",
        button="Save",
        done="What came of it is kept.",
        hint=safe_contact.told(decision, stands, _seen(request, record.person_id)),
        warning=decision.answer is Answer.UNSAFE,
    )

    def write(data: dict[str, Any]) -> None:
        said = {name: data.get(name, "") for name in ("outcome", "words", "against")}
        tried = Tried(channel=way, **said)
        attempted(case, record, tried, desk=desk, **who_when(request, form))

    return ask(request, case.root, form, write, question)


@page(right=Right.EDIT, reads="personal", writes=True)
def rule_new(request: Asked, desk: Desk, reference: str, record_reference: str) -> HttpResponseBase:
    """Records how one way to reach a person stands."""
    record = _kept(request, desk, reference, record_reference)
    form = RuleForm(sent(request))
    question = _back(
        desk,
        reference,
        record_reference,
        title=f"How is it safe to reach {record}?",
        button="Save",
        done="It is recorded. Everything that goes out asks it from now on.",
    )

    def write(data: dict[str, Any]) -> None:
        said = {name: data[name] for name in safe_contact.SAID}
        safe_contact.record_rule(record, said, **who_when(request, form))

    return ask(request, record.root, form, write, question)


@page(right=Right.EDIT, reads="personal", writes=True)
def rule_end(
    request: Asked, desk: Desk, reference: str, record_reference: str, rule_reference: str
) -> HttpResponseBase:
    """Ends a rule that no longer holds."""
    record = _kept(request, desk, reference, record_reference)
    row = safe_contact.rule_of(record, rule_reference)
    form = ReasonForm(sent(request))
    question = _back(
        desk,
        reference,
        record_reference,
        title=f"End “{row}”?",
        button="End it",
        done="It has ended. The record keeps that it stood.",
        warning=True,
        hint=f"{safe_contact.when_words(row).capitalize()}. {row.words}",
    )

    def write(data: dict[str, Any]) -> None:
        given = who_when(request, form)
        safe_contact.end_rule(record, rule_reference, reason=data["reason"], **given)

    return ask(request, record.root, form, write, question)


@page(right=Right.EDIT, reads="personal", writes=True)
def word_set(request: Asked, desk: Desk, reference: str, record_reference: str) -> HttpResponseBase:
    """Sets a caller password."""
    record = _kept(request, desk, reference, record_reference)
    form = WordForm(sent(request))
    question = _back(
        desk,
        reference,
        record_reference,
        title=f"Set a caller password for {record}",
        button="Set password",
        done="The caller password is set.",
    )

    def write(data: dict[str, Any]) -> None:
        caller_password.set_word(record, data["word"], **who_when(request, form))

    return ask(request, record.root, form, write, question)


@page(right=Right.EDIT, reads="personal", writes=True)
def word_end(request: Asked, desk: Desk, reference: str, record_reference: str) -> HttpResponseBase:
    """Ends a caller password."""
    record = _kept(request, desk, reference, record_reference)
    form = ReasonForm(sent(request))
    question = _back(
        desk,
        reference,
        record_reference,
        title=f"End the caller password of {record}?",
        button="End password",
        done="The caller password has ended.",
        warning=True,
    )

    def write(data: dict[str, Any]) -> None:
        given = who_when(request, form)
        caller_password.end_word(record, reason=data["reason"], **given)

    return ask(request, record.root, form, write, question)

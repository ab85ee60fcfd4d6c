"""What pages show of triage, of somebody missing and of the brief's worth, section by section."""

from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.sections import Section, section_of
from wansdyke.casework.forms import fresh_key
from wansdyke.casework.models import Assessment
from wansdyke.casework.presenting import HELD_BACK
from wansdyke.casework.queries import sections_on
from wansdyke.casework.work_reads import records_seen
from wansdyke.desks.contact import feedback
from wansdyke.desks.contact.instruments.missing_v1 import MISSING_V1
from wansdyke.desks.contact.missing import loud
from wansdyke.desks.contact.missing_rules import CODE, RISKS
from wansdyke.desks.contact.models import BriefRating, Contact, Missing, Search, Triage
from wansdyke.desks.contact.triage import OPENS, team_that_answers
from wansdyke.ui.words import london, span_words

Rows = list[dict[str, str]]
MOST_SEARCHES = 20


def said(item: Any, field: str, visible: frozenset[Section]) -> str:
    """A field in words, or that it is held back."""
    if section_of(type(item), field) not in visible:
        return HELD_BACK
    value = getattr(item, field)
    if isinstance(value, datetime):
        return london(value)
    named = getattr(item, f"get_{field}_display", None)
    return str(named() if named else value) if value not in (None, "", 0) else ""


def rows_of(item: Any, visible: frozenset[Section], *fields: tuple[str, str]) -> Rows:
    """Fields with their labels for a summary list; what is not recorded is left out."""
    told = [(label, said(item, field, visible)) for field, label in fields]
    return [{"key": label, "value": text} for label, text in told if text]


def state_of(triage: Triage, visible: frozenset[Section], now: datetime) -> str:
    """How a request stands, in words."""
    if triage.closed_at is not None:
        outcome = said(triage, "outcome", visible)
        return f"Closed {london(triage.closed_at)}: {outcome}"
    if triage.answered_at is not None:
        waited = span_words(triage.answered_at - triage.asked_at)
        return f"Advice given {london(triage.answered_at)}, after {waited}"
    taken = triage.referral.decided_by
    waited = f"waiting {span_words(now - triage.asked_at)}"
    return f"Taken by {taken.name}, {waited}" if taken else f"Not taken yet, {waited}"


def triage_facts(triage: Triage, visible: frozenset[Section]) -> Rows:
    """The advice and what came of it."""
    rows = rows_of(triage, visible, ("advice", "Advice"), ("known", "Known to services"),
                   ("plan", "Plan suggested"), ("outcome", "Outcome"),
                   ("took", "Who took them, and where"))  # fmt: skip
    if triage.answered_by is not None:
        rows.append({"key": "Advised by", "value": triage.answered_by.name})
    if triage.closed_by is not None:
        rows.append({"key": "Outcome given by", "value": triage.closed_by.name})
    return rows + rows_of(
        triage, visible, ("arrived_at", "Arrived at the place of safety"),
        ("place_of_safety", "Place of safety"), ("under_18", "Under 18"),
        ("extra_hours", "Hours added"), ("extended_at", "Added on"),
        ("extended_by", "Doctor responsible"), ("extended_why", "Why added"),
        ("approved_by", "Superintendent who approved"), ("ended_at", "Detention ended"),
        ("ending", "How it ended"),
    )  # fmt: skip


def feedback_of(triage: Triage, visible: frozenset[Section]) -> list[str]:
    """What officers said of the advice, a line each."""
    lines = []
    for row in triage.feedback.select_related("by").order_by("at"):
        words = f": {said(row, 'words', visible)}" if row.words else ""
        lines.append(f"{row.by.name}, {london(row.at)}: {row.get_helped_display()}{words}")
    return lines


def triage_panel(contact: Contact, actor: Actor, at: datetime) -> dict[str, Any]:
    """Every request on a call, newest first, and what asking would open, to whom."""
    visible = sections_on(actor, contact.case.root, at)
    team = team_that_answers(at)
    rows = Triage.objects.filter(contact_id=contact.pk).order_by("-asked_at", "-pk")
    people = ("referral__decided_by", "asked_by", "answered_by", "closed_by")
    return {
        "contact": contact,
        "team": f"{team.agency.name}, {team.name}" if team else "",
        "opens": ", ".join(["core", *OPENS]),
        "requests": [
            {
                "row": row,
                "state": state_of(row, visible, at),
                "facts": triage_facts(row, visible),
                "feedback": feedback_of(row, visible),
            }
            for row in rows.select_related("referral", *people)
        ],
        "to_judge": feedback.to_judge(contact, actor),
    }


def missing_panel(contact: Contact, actor: Actor, at: datetime) -> dict[str, Any] | None:
    """Who is missing, each decision on their risk with what the questions said, the search log."""
    visible = sections_on(actor, contact.case.root, at)
    row = Missing.objects.select_related("record__root").filter(pk=contact.pk).first()
    if row is None:
        return {"row": None, "loud": ""} if CODE in contact.risk_types else None
    seen = records_seen([row.record], actor, at).shows(row.record, Section.IDENTITY)
    name = str(row.record) if seen and Section.IDENTITY in visible else HELD_BACK
    facts = rows_of(row, visible, ("risk", "Risk now"), ("first_risk", "First risk"),
                    ("child", "Under 18"), ("last_seen_at", "Last seen"),
                    ("last_seen_where", "Last seen at"), ("found_at", "Found"),
                    ("found_how", "How they were"), ("found_by", "Found by"),
                    ("found_where", "Found at"), ("interview", "Prevention interview"))  # fmt: skip
    return {
        "row": row,
        "loud": loud(row),
        "facts": [{"key": "Who", "value": name}, *facts],
        "reviews": _reviews(row, visible),
        "searches": _searches(row, visible),
        "most": MOST_SEARCHES,
    }


def _reviews(row: Missing, visible: frozenset[Section]) -> list[dict[str, Any]]:
    names = dict(RISKS)
    told = row.reviews.select_related("by", "agreed_by", "run").order_by("-at", "-pk")
    reads = Section.NARRATIVE in visible
    return [
        {
            "review": review,
            "reason": said(review, "reason", visible),
            "pointed": names.get(review.run.result, "no risk by itself"),
            "why": "; ".join(review.run.reasons) if reads else HELD_BACK,
            "answers": _answers(review.run) if reads else [],
        }
        for review in told
    ]


def _answers(run: Assessment) -> list[tuple[str, str]]:
    return [
        (question.text, dict(question.answers).get(run.answers[question.key], ""))
        for question in MISSING_V1.questions
        if run.answers.get(question.key)
    ]


def _searches(row: Missing, visible: frozenset[Section]) -> list[dict[str, str]]:
    lines = row.searches.select_related("logged_by").order_by("-from_at", "-pk")[:MOST_SEARCHES]
    return [
        {
            "where": said(line, "where", visible),
            "by": said(line, "searched_by", visible),
            "when": f"{london(line.from_at)} to {_until(line)}",
            "result": said(line, "result", visible) or "No result recorded",
            "logged": f"{line.logged_by.name}, {london(line.logged_at)}",
        }
        for line in lines
    ]


def _until(line: Search) -> str:
    return london(line.until_at) if line.until_at else "no end recorded"


def ratings_panel(contact: Contact, actor: Actor, at: datetime) -> dict[str, Any] | None:
    """What the officers who attended said of the brief."""
    visible = sections_on(actor, contact.case.root, at)
    rows = BriefRating.objects.filter(contact_id=contact.pk).select_related("by").order_by("at")
    told = [(row, said(row, "words", visible)) for row in rows]
    return {"ratings": told} if told else None


def crisis_on_brief(contact: Contact, actor: Actor, at: datetime) -> dict[str, Any]:
    """What the brief shows of all this, and whether its reader is asked how good it was."""
    return {
        "missing": missing_panel(contact, actor, at) or {"row": None, "loud": ""},
        "triage": triage_panel(contact, actor, at),
        "may_rate": feedback.may_rate(contact, actor),
        "rate_key": fresh_key(),
        "ratings": BriefRating.RATINGS,
    }

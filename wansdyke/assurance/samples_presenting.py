"""How a score, and what was said about it, are put on a page, section by section."""

from typing import Any

from wansdyke.access.sections import Section, shown
from wansdyke.assurance.models import Sample, Score
from wansdyke.assurance.samples_read import replies_to, template_of
from wansdyke.casework.presenting import HELD_BACK
from wansdyke.ui.words import london


def score_shown(score: Score, visible: frozenset[Section]) -> dict[str, Any]:
    """A score: its head line, its recording, and each answer in words."""
    answers = shown(score, "answers", visible)
    staff = Section.STAFF in visible
    where = f"{score.recording_system}, {score.recording_id}" if staff else HELD_BACK
    facts = [
        {"key": "Points met", "value": score.result if staff else HELD_BACK},
        {"key": "Recording", "value": where},
    ]
    if answers is None:
        facts.append({"key": "Answers", "value": HELD_BACK})
    else:
        facts += [
            {"key": q.text, "value": dict(q.answers)[given] if q.kind == "choice" else given}
            for q in template_of(score.sample.plan).questions
            if (given := answers.get(q.key, ""))
        ]
    by = score.by.name if staff else HELD_BACK
    aside = "Set aside: " if score.set_aside_at else ""
    return {"title": f"{aside}{by}, {london(score.at)}", "facts": facts}


def said(sample: Sample, visible: frozenset[Section]) -> list[dict[str, Any]]:
    """What was said about a sample's scores, as a timeline."""
    staff, words = Section.STAFF in visible, Section.NARRATIVE in visible
    return [
        {
            "title": reply.get_kind_display(),
            "at": reply.at,
            "by": reply.by.name if staff else "",
            "text": reply.text if words else HELD_BACK,
        }
        for reply in replies_to(sample)
    ]

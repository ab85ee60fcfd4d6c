"""What is counted of mental-health triage, section 136, missing people and the officers' word."""

from datetime import datetime

from django.db.models import F, Q

from wansdyke.access.sections import Section
from wansdyke.casework.counted import Condition, Counted
from wansdyke.casework.models import Deadline
from wansdyke.desks.contact.models import BriefRating, Missing, Triage, TriageFeedback
from wansdyke.kernel.measure import COUNT, PERCENT, Measure

PEEL = "HMICFRS, Wiltshire PEEL 2018, paragraphs on mental health (S30 to S33)"
OWN = "Calls as recorded in the control room"


def _with(rows: object) -> Q:
    """The calls that rows, given by their call, are of."""
    return Q(pk__in=rows)


def _triaged(**having: object) -> Q:
    return _with(Triage.objects.filter(**having).values("contact_id"))


def _in_time(clock: str) -> Q:
    met = Deadline.objects.filter(clock=clock, stopped_at__lte=F("due_at"), replaced_at=None)
    return _with(met.values("case_id"))


def _over(clock: str) -> Condition:
    """The calls with a clock that was stopped or has run out: one that still runs may be met."""

    def among(at: datetime) -> Q:
        rows = Deadline.objects.filter(clock=clock, replaced_at=None)
        over = rows.filter(Q(stopped_at__isnull=False) | Q(due_at__lt=at))
        return _with(over.values("case_id"))

    return among


def _share(
    key: str,
    title: str,
    definition: str,
    among: Q | Condition,
    which: Q,
    *,
    of: str,
    are: str,
    section: Section = Section.CORE,
    source: str = OWN,
    few: bool = True,
) -> Counted:
    measure = Measure(
        key=key,
        title=title,
        definition=definition,
        numerator_means=are,
        denominator_means=of,
        source=source,
        unit=PERCENT,
    )
    base = (lambda at: among) if isinstance(among, Q) else among
    return Counted(measure=measure, among=base, which=lambda at: which, section=section, few=few)


def _count(key: str, title: str, definition: str, which: Q, section: Section) -> Counted:
    measure = Measure(
        key=key,
        title=title,
        definition=definition,
        numerator_means="calls",
        denominator_means="",
        source=OWN,
        unit=COUNT,
    )
    return Counted(
        measure=measure, among=lambda at: which, which=lambda at: Q(), section=section, few=True
    )


RATED = _with(BriefRating.objects.values("contact_id"))
JUDGED = _with(TriageFeedback.objects.values("triage__contact_id"))
MISSING = _with(Missing.objects.values("contact_id"))
CRISIS = (
    _count(
        "triage-asked",
        "Calls in which mental-health triage was asked",
        "Calls received in the period in which somebody asked the mental-health practitioner.",
        _triaged(),
        Section.HEALTH,
    ),
    _share(
        "triage-in-time",
        "Mental-health advice given in time",
        "Of the calls received in the period in which the practitioner was asked, the share whose"
        " advice came within the force’s own time, 15 minutes unless it has set another. Requests"
        " still waiting within that time are left out.",
        _over("triage-answer"),
        _in_time("triage-answer"),
        of="such calls whose time is met or over",
        are="answered in time",
        section=Section.HEALTH,
        source=PEEL,
    ),
    _share(
        "section-136-avoided",
        "Section 136 avoided after triage",
        "Of the calls received in the period with an outcome of triage in which section 136 was"
        " used or avoided, the share in which it was avoided, as the practitioner recorded it.",
        _triaged(outcome__in=("avoided", "used")),
        _triaged(outcome="avoided"),
        of="calls in which it was used or avoided",
        are="avoided",
        section=Section.HEALTH,
        source=PEEL,
    ),
    _share(
        "section-136-in-time",
        "Section 136 ended within the time set by law",
        "Of the calls received in the period with a detention at a place of safety that has ended"
        " or whose time has passed, the share that ended within 24 hours of arrival, or within the"
        " extension a doctor gave.",
        _over("section-136"),
        _in_time("section-136"),
        of="calls with a detention ended or over its time",
        are="ended in time",
        section=Section.HEALTH,
        source="Mental Health Act 1983, sections 136(2A) and 136B",
    ),
    _share(
        "triage-helped",
        "Officers who say that the mental-health advice helped",
        "Of the calls received in the period on which an officer judged the advice, the share in"
        " which one said that it helped.",
        JUDGED,
        _with(TriageFeedback.objects.filter(helped="yes").values("triage__contact_id")),
        of="calls with an officer’s judgement",
        are="helped",
        section=Section.HEALTH,
        source=PEEL,
    ),
    _count(
        "missing",
        "People reported missing",
        "Calls received in the period on which a person was recorded as missing.",
        MISSING,
        Section.CORE,
    ),
    _share(
        "missing-reviewed",
        "Missing people whose risk was reviewed in time",
        "Of the calls received in the period with a missing person whose last review is done or"
        " overdue, the share in which it was done in time. How often is the force’s own setting.",
        _over("missing-review"),
        _in_time("missing-review"),
        of="calls whose review is done or overdue",
        are="reviewed in time",
    ),
    _share(
        "missing-found",
        "Missing people found",
        "Of the calls received in the period on which a person was recorded as missing, the share"
        " in which they have been found.",
        MISSING,
        _with(Missing.objects.filter(found_at__isnull=False).values("contact_id")),
        of="calls with a missing person",
        are="found",
    ),
    _share(
        "brief-rated",
        "Attended calls whose brief an officer rated",
        "Of the calls received in the period that a unit reached, the share whose brief was rated"
        " by an officer who was there.",
        Q(at_scene_at__isnull=False),
        RATED,
        of="calls attended",
        are="rated",
        few=False,
    ),
    _share(
        "brief-enough",
        "Briefs that had what the officer needed",
        "Of the calls received in the period whose brief was rated, the share in which every"
        " officer said that it had what they needed.",
        RATED,
        RATED & ~_with(BriefRating.objects.exclude(rating="enough").values("contact_id")),
        of="calls with a rated brief",
        are="enough for every officer",
    ),
)

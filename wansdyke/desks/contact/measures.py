"""What the control room counts. Two readings of “domestic abuse calls are answered promptly” are
kept apart: how many are graded immediate or priority, and how many are reached in time."""

from datetime import datetime

from django.db.models import F, Q

from wansdyke.casework.counted import Condition, Counted, Counting, Split
from wansdyke.desks.contact.crisis_measures import CRISIS
from wansdyke.desks.contact.models import Contact
from wansdyke.desks.contact.queries import area_names, risk_menu
from wansdyke.desks.contact.rules import GRADES, Grade
from wansdyke.desks.contact.strands import CATEGORIES, STRANDS
from wansdyke.kernel.measure import COUNT, PERCENT, Measure

PROMPT = (Grade.IMMEDIATE, Grade.PRIORITY)
DOMESTIC = Q(domestic=True)
GRADED = ~Q(first_grade="")
REACHED = Q(at_scene_at__isnull=False)
PEEL = "HMICFRS, Wiltshire PEEL 2018, paragraph on first response (S20)"
OWN = "Calls as recorded in the control room"
TARGET = (
    "The target is the force’s own: 20 minutes for immediate and 60 for priority unless it has set"
    " another, from the grade or from the receipt of the call as it has chosen."
)
OVER = "Calls whose target is still running are left out."


def always(condition: Q) -> Condition:
    """A condition that is the same at any moment."""
    return lambda at: condition


EVERY = always(Q())


def _over(due: str, more: Q) -> Condition:
    """The calls that had a target which is met or over: one that still runs may yet be met."""

    def among(at: datetime) -> Q:
        return more & Q(**{f"{due}__isnull": False}) & (REACHED | Q(**{f"{due}__lt": at}))

    return among


def _share(
    key: str,
    title: str,
    definition: str,
    among: Condition,
    which: Q,
    *,
    of: str,
    are: str,
    told: Q | None = None,
    source: str = OWN,
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
    condition = always(told) if told is not None else None
    return Counted(measure=measure, among=among, which=always(which), told=condition)


def _graded(key: str, column: str, when: str) -> Counted:
    return _share(
        f"da-graded-{key}",
        f"Domestic abuse calls graded immediate or priority ({when} grade)",
        f"Of the domestic abuse calls received in the period that were graded, the share whose"
        f" {when} grade is immediate or priority. It says how they were graded, not whether anybody"
        " came in time.",
        always(DOMESTIC & GRADED),
        Q(**{f"{column}__in": PROMPT}),
        of="domestic abuse calls graded",
        are="graded immediate or priority",
        source=PEEL,
    )


def _reached(key: str, title: str, when: str, column: str, due: str, more: Q) -> Counted:
    return _share(
        f"{key}-{when}",
        f"{title} ({when} grade)",
        f"Of these calls, received in the period, the share in which a unit was at scene within"
        f" the target of the {when} grade. {TARGET} {OVER} Calls closed with nobody at scene count"
        " as not reached.",
        _over(due, more & Q(**{f"{column}__in": PROMPT})),
        Q(at_scene_at__lte=F(due)),
        of="such calls whose target is met or over",
        are="reached within the target",
        told=REACHED,
        source=PEEL,
    )


def _of_grade(grade: Grade, when: str) -> Counted:
    column = "first_grade" if when == "first" else "grade"
    title = f"{dict(GRADES)[grade]} calls reached in time"
    due = f"{when}_due_at"
    return _reached(f"reached-{grade}", title, when, column, due, Q(**{column: grade}))


def _minutes(grade: Grade) -> Counted:
    title = dict(GRADES)[grade]
    measure = Measure(
        key=f"minutes-{grade}",
        title=f"{title} calls: mean minutes to the first unit at scene",
        definition=f"For calls now graded {title.lower()} that a unit reached, the mean time from"
        " the start of that grade’s target to the first unit at scene. A few very late calls raise"
        " it: read it beside the share reached in time.",
        numerator_means="minutes in all",
        denominator_means=f"{title.lower()} calls reached",
        source=OWN,
        unit="minutes",
    )
    among = always(Q(grade=grade, seconds_to_scene__isnull=False))
    return Counted(measure=measure, among=among, which=EVERY, amount="seconds_to_scene")


def _count(key: str, title: str, definition: str, which: Q, means: str) -> Counted:
    measure = Measure(
        key=key,
        title=title,
        definition=definition,
        numerator_means=means,
        denominator_means="",
        source=OWN,
        unit=COUNT,
    )
    return Counted(measure=measure, among=always(which), which=EVERY)


LESS_URGENT = (
    Q(first_grade=Grade.IMMEDIATE) & ~Q(grade=Grade.IMMEDIATE)
    | Q(first_grade=Grade.PRIORITY, grade__in=(Grade.SCHEDULED, Grade.WITHOUT_DEPLOYMENT))
    | Q(first_grade=Grade.SCHEDULED, grade=Grade.WITHOUT_DEPLOYMENT)
)
DA_REACHED = "Domestic abuse calls graded immediate or priority, reached in time"
MEASURES = (
    _count("calls", "Calls received", "Every call received in the period.", Q(), "calls"),
    _count(
        "da-calls",
        "Domestic abuse calls",
        "Calls received in the period with the risk “domestic abuse”, or the vulnerability strand"
        " of that name.",
        DOMESTIC,
        "calls",
    ),
    _graded("first", "first_grade", "first"),
    _graded("last", "grade", "last"),
    _reached("da-reached", DA_REACHED, "first", "first_grade", "first_due_at", DOMESTIC),
    _reached("da-reached", DA_REACHED, "last", "grade", "last_due_at", DOMESTIC),
    _of_grade(Grade.IMMEDIATE, "first"),
    _of_grade(Grade.IMMEDIATE, "last"),
    _of_grade(Grade.PRIORITY, "first"),
    _of_grade(Grade.PRIORITY, "last"),
    _minutes(Grade.IMMEDIATE),
    _minutes(Grade.PRIORITY),
    _share(
        "regraded",
        "Calls whose grade was changed",
        "Of the calls received in the period that were graded, the share whose grade now is not"
        " the one first given.",
        always(GRADED),
        ~Q(grade=F("first_grade")),
        of="calls graded",
        are="graded otherwise now",
    ),
    _share(
        "regraded-down",
        "Calls whose grade was lowered",
        "Of the calls received in the period that were graded, the share whose grade now is less"
        " urgent than the one first given. A second person agreed to each, or a file said so.",
        always(GRADED),
        LESS_URGENT,
        of="calls graded",
        are="less urgent now",
    ),
    _share(
        "thrive-complete",
        "Resulted calls with all six THRIVE letters",
        "Of the graded calls received in the period that are resulted, the share with an answer to"
        " each THRIVE letter. What a file brought in closed is taken as complete.",
        always(GRADED & Q(resulted_at__isnull=False)),
        Q(letters_owed=0),
        of="graded calls resulted",
        are="with all six letters",
    ),
    _count(
        "thrive-owed",
        "Open calls that owe THRIVE letters",
        "Graded calls received in the period that are not resulted and lack an answer to one"
        " THRIVE letter or more.",
        GRADED & Q(resulted_at__isnull=True, letters_owed__gt=0),
        "calls",
    ),
    _share(
        "prior-contact-asked",
        "Callers asked about earlier contact with police",
        "Of the calls received in the period in which the question was put to the operator, the"
        " share in which the caller was asked.",
        always(~Q(prior_contact="")),
        Q(prior_contact__in=("yes", "no", "not-known")),
        of="calls with an answer to the question",
        are="asked",
        told=~Q(prior_contact=""),
        source="HMICFRS, Wiltshire PEEL 2018 (S16)",
    ),
    _share(
        "missed-reviewed",
        "Missed targets that were reviewed",
        "Of the calls received in the period that no unit reached before the last target passed,"
        " the share in which the control room thought again and said so.",
        lambda at: (
            Q(last_due_at__lt=at)
            & (Q(at_scene_at__isnull=True) | Q(at_scene_at__gt=F("last_due_at")))
        ),
        Q(missed_reviewed_at__isnull=False),
        of="calls whose target passed with nobody at scene",
        are="reviewed",
        told=Q(missed_reviewed_at__isnull=False),
    ),
    _share(
        "repeat-callers",
        "Calls from repeat callers",
        "Of the calls received in the period, the share whose caller, or whose telephone, made"
        " another call in the twelve months before.",
        EVERY,
        Q(repeat_caller=True),
        of="calls",
        are="from somebody who had called before",
        source="HMICFRS, Wiltshire PEEL 2018 (S16)",
    ),
    _share(
        "repeat-victims",
        "Domestic abuse calls with a repeat victim",
        "Of the domestic abuse calls received in the period, the share whose victim was the victim"
        " of another call in the twelve months before. A caller who said they were the victim"
        " counts as one. Calls on which no victim is recorded are in the denominator.",
        always(DOMESTIC),
        Q(repeat_victim=True),
        of="domestic abuse calls",
        are="with a repeat victim",
    ),
    _share(
        "repeat-places",
        "Calls to repeat places",
        "Of the calls received in the period with a known place, the share whose place had another"
        " call in the twelve months before.",
        always(Q(place__isnull=False)),
        Q(repeat_place=True),
        of="calls with a known place",
        are="to a place of an earlier call",
    ),
    *CRISIS,
)
NO_AREA = "No area recorded"
CHANNELS = dict(Contact.CHANNELS)
GRADE_WORDS = {"": "Not graded", **{str(key): words for key, words in GRADES}}
COUNTING = Counting(
    moment="received_at",
    measures=MEASURES,
    incidents="calls",
    repeats="repeat-places",
    by_area="area",
    by_policing_area="policing-area",
    narrowed_by=("risk", "category"),
    graded_by="last-grade",
    urgent=tuple(map(str, PROMPT)),
    harmed=(("victim", Q()), ("caller", Q(caller_is_victim="yes"))),
    splits=(
        Split(
            key="first-grade",
            label="First grade",
            column="first_grade",
            words=lambda value: GRADE_WORDS.get(value, value),
        ),
        Split(
            key="last-grade",
            label="Grade now",
            column="grade",
            words=lambda value: GRADE_WORDS.get(value, value),
        ),
        Split(
            key="risk",
            label="Risk",
            column="risk_types",
            words=lambda value: dict(risk_menu()).get(value, value) or "No risk recorded",
            many=True,
            choices=risk_menu,
        ),
        Split(
            key="strand",
            label="Vulnerability strand",
            column="strands",
            words=lambda value: dict(STRANDS).get(value, value) or "No strand recorded",
            many=True,
        ),
        Split(
            key="area",
            label="Area",
            column="area__code",
            words=lambda value: area_names().get(value, value) or NO_AREA,
            apart=True,
        ),
        Split(
            key="policing-area",
            label="Community policing area",
            column="policing_area__code",
            words=lambda value: area_names().get(value, value) or NO_AREA,
            apart=True,
        ),
        Split(
            key="category",
            label="Closing category",
            column="category",
            words=lambda value: dict(CATEGORIES).get(value, value) or "Not closed",
            choices=lambda: CATEGORIES,
        ),
        Split(
            key="channel",
            label="How they got in touch",
            column="channel",
            words=lambda value: CHANNELS.get(value, value),
        ),
    ),
)

"""What a force sets for its control room; every default names where it comes from."""

from wansdyke.access.settings import Setting
from wansdyke.desks.contact.feed.quiet import QUIET

POLICY = "Force policy; no statutory time exists"
ANCHOR = Setting(
    key="contact.clock-anchor",
    title="Attendance clocks run from",
    default="grade",
    kind="choice",
    choices=(("grade", "The grade"), ("receipt", "The receipt of the call")),
    source="Local choice; both times are always kept",
)
IMMEDIATE = Setting(
    key="contact.immediate-minutes",
    title="Immediate: minutes to be at scene",
    default=20,
    unit="minutes",
    most=240,
    source="HMICFRS, Wiltshire PEEL 2018",
)
PRIORITY = Setting(
    key="contact.priority-minutes",
    title="Priority: minutes to be at scene",
    default=60,
    unit="minutes",
    most=1440,
    source="HMICFRS, Wiltshire PEEL 2018",
)
SCHEDULED = Setting(
    key="contact.scheduled-hours",
    title="Scheduled: hours to be at scene",
    default=48,
    unit="hours",
    most=720,
    source=POLICY,
)
CALL_BACK = Setting(
    key="contact.call-back-hours",
    title="Without deployment: hours to the result",
    default=24,
    unit="hours",
    most=720,
    source=POLICY,
)
LOCAL = "Local choice; set your own"
TRIAGE_TEAM = Setting(
    key="contact.triage-team",
    title="Mental-health triage: key of the team that answers",
    default="health-triage",
    kind="text",
    source=LOCAL,
)
TRIAGE_MINUTES = Setting(
    key="contact.triage-minutes",
    title="Mental-health triage: minutes to advice",
    default=15,
    unit="minutes",
    most=240,
    source=LOCAL,
)
TRIAGE_BASIS = Setting(
    key="contact.triage-basis",
    title="Mental-health triage: lawful basis",
    default="Mental Health Act 1983 s136(1C): consulting before section 136 is used",
    kind="text",
    source="Default only; take legal advice and set your own",
)
TRIAGE_PURPOSE = Setting(
    key="contact.triage-purpose",
    title="Mental-health triage: purpose of sharing",
    default="Advice now on somebody in a mental-health crisis",
    kind="text",
    source=LOCAL,
)


def _review(risk: str, words: str, hours: int) -> Setting:
    return Setting(
        key=f"contact.missing-{risk}-hours",
        title=f"Missing, {words}: hours until the risk is thought about again",
        default=hours,
        unit="hours",
        most=720,
        source=LOCAL,
    )


MISSING = {
    "high": _review("high", "high risk", 2),
    "medium": _review("medium", "medium risk", 8),
    "low": _review("low", "low risk", 24),
    "no-apparent": _review("no-apparent", "no apparent risk", 24),
}
SETTINGS = (
    *(ANCHOR, IMMEDIATE, PRIORITY, SCHEDULED, CALL_BACK),
    *(TRIAGE_TEAM, TRIAGE_MINUTES, TRIAGE_BASIS, TRIAGE_PURPOSE),
    *MISSING.values(),
    QUIET,
)

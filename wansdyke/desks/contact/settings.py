"""What a force sets for its control room; every default names where it comes from."""

from wansdyke.access.settings import Setting

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
SETTINGS = (ANCHOR, IMMEDIATE, PRIORITY, SCHEDULED, CALL_BACK)

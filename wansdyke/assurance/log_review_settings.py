"""What a force sets for the review of its log; administrators may narrow or widen each."""

from wansdyke.access.settings import Setting

LOCAL = "Local choice; set your own"
PERCENT = Setting(
    key="review.sample-percent",
    title="Review of the log: per cent of staff drawn each week",
    default=5,
    unit="per cent",
    most=100,
    source="Security specification, section D: a random sample of 5%",
    hint="Of each one drawn, ten of the week’s looks are shown.",
)
HOURLY = Setting(
    key="review.records-an-hour",
    title="Review of the log: records opened within an hour, above which privacy officers are told",
    default=200,
    unit="records",
    least=10,
    most=5000,
    source="Security specification, section F: more than 200 an hour",
)
BEFORE = Setting(
    key="review.work-before-days",
    title="Review of the log: days before a look in which work explains it",
    default=30,
    unit="days",
    most=365,
    source=LOCAL,
)
AFTER = Setting(
    key="review.work-after-hours",
    title="Review of the log: hours after a look in which work explains it",
    default=24,
    unit="hours",
    most=168,
    source=LOCAL,
    hint="Looks are judged by it when these hours are over.",
)
LEAST = Setting(
    key="review.without-case-least",
    title="Review of the log: records looked at without work, from which somebody’s week is queued",
    default=3,
    unit="records",
    most=100,
    source=LOCAL,
    hint="It must also be more than is usual among those who hold the same post.",
)
REFUSED = Setting(
    key="review.refused-run",
    title="Review of the log: refusals within ten minutes from which they are queued",
    default=5,
    unit="refusals",
    least=2,
    most=100,
    source=LOCAL,
)
SETTINGS = (PERCENT, HOURLY, BEFORE, AFTER, LEAST, REFUSED)

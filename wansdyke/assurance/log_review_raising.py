"""Putting findings into the queue: gathered by viewer, record, kind and week, and written."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from wansdyke.access.models import Agency, Root
from wansdyke.access.notices import holders_in, tell
from wansdyke.assurance.log_review_models import FindingEntry, LogFinding, LogMark
from wansdyke.assurance.log_review_rules import Kind, Reason, gravity_of, week_of
from wansdyke.casework.jobs import worker
from wansdyke.casework.on_case import unused
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.calendar import london

PREFIX = "LF"
PRIVACY = "privacy-officer"
# A finding keeps so many of its entries; it counts them all.
MOST_ENTRIES = 300
# So many findings a transaction: it stays far below the 150 milliseconds that others may wait.
A_BATCH = 25

Key = tuple[int, str, str, date]


@dataclass
class Raised:
    """A finding to be: whose look, at what, why, and the entries behind it."""

    viewer: int
    kind: Kind
    root: int | None
    about: str
    week: date
    reasons: list[Reason] = field(default_factory=list)
    entries: dict[int, datetime] = field(default_factory=dict)
    work: bool = True
    at_once: bool = False

    @property
    def key(self) -> Key:
        """What makes two of them one."""
        return (self.viewer, self.about, self.kind.value, self.week)


class Gathered:
    """The findings of a batch: one a viewer, record, kind and week."""

    def __init__(self) -> None:
        self.found: dict[Key, Raised] = {}

    def add(
        self,
        viewer: int,
        kind: Kind,
        reasons: Sequence[Reason],
        entries: Iterable[tuple[int, datetime]],
        *,
        root: int | None = None,
        about: str = "",
        work: str = "",
        at_once: bool = False,
    ) -> None:
        """Notes one; without reasons nothing. `work` is what explains it, in words."""
        listed = list(entries)
        if not reasons or not listed:
            return
        week = week_of(london(min(at for _, at in listed)).date())
        one = Raised(viewer, kind, root, about, week)
        one = self.found.setdefault(one.key, one)
        one.entries.update(listed)
        one.work = one.work and bool(work)
        one.at_once = one.at_once or at_once
        said = [Reason(1, f"Behind one of the looks there is work: {work}.")] if work else []
        known = {reason.words for reason in one.reasons}
        one.reasons += [each for each in (*reasons, *said) if each.words not in known]


def write(gathered: Gathered, *, pace: str, upto: int, at: datetime) -> int:
    """Writes findings in batches, each in a short transaction of its own, and then notes up to
    which entry the log has been looked through. Returns how many were new.

    What is written twice, for it was ended in between, is written once: an entry is behind a
    finding once.
    """
    listed = sorted(gathered.found.values(), key=lambda one: min(one.entries))
    new = 0
    for start in range(0, len(listed), A_BATCH):
        some = listed[start : start + A_BATCH]
        key = f"log-review:{pace}:{digest_of([(*one.key, *sorted(one.entries)) for one in some])}"
        try:
            with change(by=worker(), at=at, key=key[:80], digest=digest_of(key)) as doing:
                new += sum(_keep(doing, one) for one in some)
        except Repeated:
            continue
    if upto:
        LogMark.objects.update_or_create(pace=pace, defaults={"seq": upto})
    return new


def _keep(doing: Doing, one: Raised) -> bool:
    """Writes a finding, or adds to the one that waits; returns whether it is new."""
    same = LogFinding.objects.filter(
        viewer_id=one.viewer, about=one.about, kind=one.kind.value, week=one.week
    )
    known = FindingEntry.objects.filter(finding__in=same, seq__in=list(one.entries))
    rest = set(one.entries) - set(known.values_list("seq", flat=True))
    if not rest:
        return False
    held = same.exclude(state=LogFinding.DONE).select_for_update().first()
    if held is not None:
        _add(doing, held, one, rest)
        return False
    held = _made(doing, one, rest)
    if one.at_once:
        _tell(doing, held)
    return True


def _made(doing: Doing, one: Raised, entries: Collection[int]) -> LogFinding:
    moments = [one.entries[seq] for seq in entries]
    made = LogFinding.objects.create(
        reference=unused(LogFinding, PREFIX),
        root_id=one.root,
        about=one.about,
        viewer_id=one.viewer,
        kind=one.kind.value,
        week=one.week,
        gravity=gravity_of(one.reasons, work=one.work),
        reasons=_worded(one.reasons),
        entries_counted=len(entries),
        first_at=min(moments),
        last_at=max(moments),
        raised_at=doing.at,
    )
    _behind(made, entries)
    doing.event("finding raised", subject=made.reference)
    doing.audit(audit.COLLECTION, made.reference, finding=made.kind)
    return made


def _add(doing: Doing, held: LogFinding, one: Raised, entries: Collection[int]) -> None:
    moments = [one.entries[seq] for seq in entries]
    held.reasons = _worded(one.reasons, before=held.reasons)
    held.gravity = max(held.gravity, gravity_of(one.reasons, work=one.work))
    held.entries_counted += len(entries)
    held.first_at = min(held.first_at, *moments)
    held.last_at = max(held.last_at, *moments)
    held.save(update_fields=["reasons", "gravity", "entries_counted", "first_at", "last_at"])
    _behind(held, entries)
    doing.event("finding added to", subject=held.reference)
    doing.audit(audit.ALTERATION, held.reference, entries=len(entries))


def _worded(reasons: Collection[Reason], before: Sequence[str] = ()) -> list[str]:
    """Reasons as they are kept, the gravest first; what was said of fewer is said anew."""
    words = [one.words for one in sorted(reasons, reverse=True)]
    said = {_without_numbers(one) for one in words}
    return [*words, *(one for one in before if _without_numbers(one) not in said)][:8]


def _without_numbers(words: str) -> str:
    return "".join(mark for mark in words if not mark.isdigit())


def _behind(held: LogFinding, entries: Collection[int]) -> None:
    room = max(MOST_ENTRIES - held.entries.count(), 0)
    FindingEntry.objects.bulk_create(
        [FindingEntry(finding=held, seq=seq) for seq in sorted(entries)[:room]]
    )


def _tell(doing: Doing, made: LogFinding) -> None:
    """Tells the privacy officers at once, but nobody of themselves."""
    agency = agency_of(made)
    officers = {user.pk for user in holders_in([PRIVACY], agency, doing.at)} if agency else set()
    words = made.reasons[0] if made.reasons else ""
    text = f"{made.reference}: look at this now. {words}"[:300]
    link = f"/audit/review/{made.reference}/"
    tell(officers - {made.viewer_id}, text, root=None, link=link, at=doing.at)


def agency_of(made: LogFinding) -> int | None:
    """Whose privacy officers are told of a finding: those of the record's agency, else the
    force's."""
    if made.root_id is not None:
        return Root.objects.values_list("agency_id", flat=True).get(pk=made.root_id)
    return Agency.objects.filter(home=True).values_list("pk", flat=True).first()

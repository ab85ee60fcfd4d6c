"""The log is looked at by itself: its end every five minutes, all of it every night, and whoever
watches over it is told what does not fit."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from wansdyke.access.models import Membership
from wansdyke.access.notices import tell
from wansdyke.history.checking import Note, Unreadable, check, read_key
from wansdyke.history.checkpoints import PUBLIC, log_rows, newest_note
from wansdyke.history.keepers import Keeper, all_in, is_genuine
from wansdyke.history.models import AuditEntry, AuditHead, LogCheck
from wansdyke.history.places import copies, own
from wansdyke.history.verify import Finding, verify, verify_columns, verify_through
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

POST = "privacy-officer"
TOLD = "The audit log does not fit, or cannot be compared. Change nothing, keep the backups."
# From which hour of the night all of it is read.
NIGHT = 1
# How far back the end is read where it was never read before.
FIRST_TAIL = 10_000
LOOKS_EVERY, TWO_LOOKS = 300.0, timedelta(minutes=12)
# What a notice can hold.
LONGEST = 300
Key = tuple[str, bytes]


@dataclass(frozen=True)
class Seen:
    """What was found, and what else there is to say: a place that could not be compared."""

    finding: Finding
    faults: tuple[str, ...] = ()

    @property
    def fine(self) -> bool:
        """Whether there is nothing to tell."""
        return self.finding.intact and not self.faults

    @property
    def words(self) -> str:
        """What does not fit, in a sentence or more."""
        found = self.finding
        bad = "" if found.intact else f"It is broken at entry {found.first_bad}: {found.why}."
        return " ".join(word for word in (bad, *self.faults) if word)


def verify_against(notes: Iterable[Note], key: Key | None) -> Finding:
    """The whole chain, its head, and every note; the first entry that does not fit any of them.

    Raises Unreadable for a note that is not genuine, where one decides.
    """
    found, verdict = verify(), check(log_rows(), notes, key)
    if verdict.first_bad is None:
        return replace(found, vouched=verdict.vouched)
    if found.first_bad is not None and found.first_bad <= verdict.first_bad:
        return found
    return Finding(verdict.entries, verdict.first_bad, verdict.why)


def own_key() -> Key | None:
    """The key of this installation's checkpoints; None where nothing was signed yet."""
    path = settings.CHECKPOINTS / PUBLIC
    return read_key(path.read_text(encoding="utf-8")) if path.exists() else None


def with_columns(found: Finding) -> Finding:
    """As it was found, or what differs in the columns that only find an entry."""
    compared = verify_columns() if found.intact else found
    return found if compared.intact else compared


def whole(*, columns: bool) -> Seen:
    """All of the log, against every checkpoint that is kept anywhere the settings name."""
    try:
        key = own_key()
    except (Unreadable, OSError, UnicodeDecodeError) as fault:
        return Seen(verify(), (f"The key of the checkpoints cannot be used: {fault}",))
    notes, faults = _gathered(key) if key else ([], [])
    try:
        found = verify_against(notes, key) if notes else verify()
    except Unreadable as fault:
        # Something that is no checkpoint of ours lies among them: those that are ours still count.
        faults.append(str(fault))
        ours = [note for note in notes if key and is_genuine(note, key)]
        found = verify_against(ours, key) if ours else verify()
    return Seen(with_columns(found) if columns else found, tuple(faults))


def _gathered(key: Key) -> tuple[list[Note], list[str]]:
    notes: list[Note] = []
    faults: list[str] = []
    try:
        elsewhere = copies()
    except Refused as refused:
        elsewhere, faults = [], [str(refused)]
    keepers: tuple[Keeper, ...] = (own(), *elsewhere)
    for keeper in keepers:
        try:
            found = all_in(keeper)
        except (OSError, Refused, Unreadable, UnicodeDecodeError) as fault:
            faults.append(f"Checkpoints in {keeper} could not be compared: {fault}")
            continue
        ours = [note for note in found if note.origin == key[0]]
        if not ours:
            faults.append(f"Checkpoints in {keeper} are of another log or another key.")
        notes += ours
    return notes, faults


def tail(at: datetime) -> Seen:
    """The end of the log, from where it was last found to fit, and whether it is being signed."""
    start = _from_where()
    found = Finding(0, 1, "the head of the chain is missing") if start is None else _from(start)
    return Seen(found, _signing(found, at) if found.intact else ())


def _from_where() -> Finding | None:
    """The newest link that was found to fit, or one some way back where the log was never read."""
    kept = LogCheck.objects.order_by("-entries").first()
    if kept is not None and kept.entries:
        return Finding(kept.entries, hash=bytes(kept.hash))
    head = AuditHead.objects.filter(pk=1).first()
    if head is None:
        return None
    back = AuditEntry.objects.filter(seq=head.seq - FIRST_TAIL).first()
    return Finding(back.seq, hash=bytes(back.hash)) if back else Finding(0)


def _from(start: Finding) -> Finding:
    if start.entries:
        there = AuditEntry.objects.filter(pk=start.entries).values_list("hash", flat=True).first()
        if there is None or bytes(there) != start.hash:
            why = "it is missing" if there is None else "it was changed since it was last looked at"
            return Finding(start.entries - 1, start.entries, why)
    with connection.cursor() as cursor:
        return verify_through(cursor, connection.vendor, start)


def _signing(found: Finding, at: datetime) -> tuple[str, ...]:
    """What does not fit the newest checkpoint here, or waits for one too long."""
    try:
        newest = newest_note(settings.CHECKPOINTS)
    except (Unreadable, OSError, UnicodeDecodeError) as fault:
        return (f"The newest checkpoint cannot be read: {fault}",)
    signed = newest.size if newest else 0
    if newest:
        there = AuditEntry.objects.filter(pk=signed).values_list("hash", flat=True).first()
        if there is None or bytes(there) != newest.chain:
            return (f"Entry {signed:,} is not the one that was signed.",)
    kept, _ = LogCheck.objects.get_or_create(kind=LogCheck.TAIL)
    before, waits = kept.waits, signed + 1 if found.entries > signed else 0
    LogCheck.objects.filter(pk=kept.pk).update(waits=waits)
    # The signer may have begun a moment ago, after a night without either: it waited at the last
    # look too, and that was not long ago.
    if waits and waits == before and kept.at is not None and at - kept.at < TWO_LOOKS:
        return (f"Nothing is being signed: entry {waits:,} waits.",)
    return ()


def look_at_tail(at: datetime) -> int:
    """The scheduled job: looks at the end; returns how many were told."""
    return _noted(LogCheck.TAIL, tail(at), at)


def ask_for_whole(at: datetime) -> int:
    """The scheduled job: once a night, from NIGHT on, and once where it never was, lets the worker
    read all of it. Returns whether it asked."""
    kept, _ = LogCheck.objects.get_or_create(kind=LogCheck.WHOLE)
    due = kept.asked_at is None or (
        london(kept.asked_at).date() < london(at).date() and london(at).hour >= NIGHT
    )
    if not due:
        return 0
    with transaction.atomic():
        # Two that serve at once ask once.
        taken = LogCheck.objects.filter(pk=kept.pk, asked_at=kept.asked_at).update(asked_at=at)
        if taken:
            read_whole.enqueue()
    return taken


@task()
def read_whole() -> None:
    """Reads all of the log, and tells whoever watches over it what does not fit."""
    seen = whole(columns=True)
    _noted(LogCheck.WHOLE, seen, timezone.now(), anew=True)


def _noted(kind: str, seen: Seen, at: datetime, *, anew: bool = False) -> int:
    """Keeps what was found, and tells of it: when it is new, or `anew` whatever was told."""
    kept, _ = LogCheck.objects.get_or_create(kind=kind)
    news = anew or seen.words != kept.why
    kept.at, kept.why, kept.first_bad = at, seen.words, seen.finding.first_bad
    kept.vouched = seen.finding.vouched
    if seen.finding.intact:
        kept.entries, kept.hash = seen.finding.entries, seen.finding.hash
    kept.save(update_fields=["at", "why", "first_bad", "vouched", "entries", "hash"])
    if seen.fine or not news:
        return 0
    text = f"{TOLD} {seen.words}"[:LONGEST]
    return tell(_watchers(at), text, root=None, link=reverse("audit"), at=at)


def _watchers(at: datetime) -> set[int]:
    """Who holds the post, in whatever agency of the installation."""
    day = london(at).date()
    held = Membership.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gt=day),
        post=POST,
        from_date__lte=day,
        user__is_active=True,
    )
    return set(held.values_list("user_id", flat=True))

"""Breaking the glass: a record opened by oneself in an emergency, to read, for three hours.

The supervisors of its team and the privacy officers are told at once; one of them, and never who
broke it, says within a working day whether it was justified. What is sealed is not behind glass.
"""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Lock, Root
from wansdyke.access.notices import holders_in, tell
from wansdyke.access.one_person import accounts_of
from wansdyke.access.posts import RIGHTS, Right, posts
from wansdyke.access.scope import OutOfScope, can, whole
from wansdyke.access.sections import Section
from wansdyke.casework.calendar import calendar
from wansdyke.casework.jobs import worker
from wansdyke.casework.marking import supervisors
from wansdyke.casework.models import BrokenGlass
from wansdyke.casework.on_case import added, needed, unused
from wansdyke.casework.parties import let_in
from wansdyke.casework.steps import Outcome, again, outcome_of
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.calendar import end_of_day, london
from wansdyke.kernel.flow import Refused
from wansdyke.people.known_as import made_as
from wansdyke.people.models import PersonRecord

PREFIX = "BG"
LASTS = timedelta(hours=3)
SHORTEST, LONGEST = 20, 2000
SAID = ("by", "category", "reason", "until_at")
PRIVACY, STANDARDS = "privacy-officer", "professional-standards"
AT_ONCE = 100


def behind(actor: Actor, reference: str, at: datetime) -> Root:
    """The record of a reference, or the newest made as the person of one that they do not see yet,
    that somebody may open in an emergency: of their own agency, and not sealed. Raises OutOfScope
    for any other and for none, and for one on which they are locked out, of which professional
    standards hear from the log (`conflicts.tell_of_tries`)."""
    people = PersonRecord.objects.filter(made_as(reference)).order_by().values("pk")
    found = Root.objects.filter(
        whole(),
        Q(reference=reference) | Q(pk__in=people),
        agency_id=actor.agency_id or 0,
        marking__lt=Root.SEALED,
    ).select_related("team")
    roots = list(found.exclude(pk__in=_locks(actor).values("root_id")).order_by("-pk"))
    if not roots or not actor.may(Right.BREAK_GLASS):
        raise OutOfScope(reference)
    return next((root for root in roots if not can(actor, Right.VIEW, root, at)), roots[0])


def _locks(actor: Actor) -> QuerySet[Lock]:
    return Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True)


def break_glass(
    reference: str, *, category: str, reason: str, by: Actor, at: datetime, key: str
) -> Outcome:
    """Opens a record to whoever asks, to read, for LASTS; those who watch over it are told.

    Raises OutOfScope as `behind`; Refused without a category, for a reason of fewer than SHORTEST
    characters, and for a record that they see anyway.
    """
    root = behind(by, reference, at)
    digest = digest_of("broken glass", reference, category, reason)
    try:
        with change(by=by, at=at, key=key, root=root, digest=digest) as doing:
            held = behind(by, reference, at)
            if can(by, Right.VIEW, held, at):
                raise Refused("You see this record already.", field="reference")
            if category not in dict(BrokenGlass.CATEGORIES):
                raise Refused("Choose the kind of emergency from those listed.", field="category")
            made = _write(doing, held, category, _enough(reason, "reason", "Enter why."))
            _open(doing, made)
            _tell(made, at)
            doing.outcome["made"] = made.reference
            return outcome_of(doing, made.reference)
    except Repeated as repeated:
        return again(repeated)


def _enough(text: str, field: str, otherwise: str) -> str:
    words = needed(text, field, otherwise, LONGEST)
    if len(words) < SHORTEST:
        raise Refused(f"Use {SHORTEST} characters or more, not {len(words)}.", field=field)
    return words


def _write(doing: Doing, root: Root, category: str, reason: str) -> BrokenGlass:
    next_day = calendar().add_working_days(london(doing.at).date(), 1)
    made = BrokenGlass.objects.create(
        root=root,
        reference=unused(BrokenGlass, PREFIX),
        by_id=doing.by.user_id,
        category=category,
        reason=reason,
        at=doing.at,
        until_at=doing.at + LASTS,
        review_by=end_of_day(next_day),
    )
    event = doing.event("glass broken", root=root, touches=False)
    added(doing, event, made, made.reference, *SAID)
    return made


def _open(doing: Doing, made: BrokenGlass) -> None:
    Grant.objects.create(
        root=made.root,
        kind=Grant.BREAK_GLASS,
        user_id=doing.by.user_id,
        reason=made.get_category_display(),
        source=made.reference,
        from_at=doing.at,
        until_at=made.until_at,
        made_by_id=doing.by.user_id,
    )
    let_in(made.root, doing.at)
    opened = Root.objects.filter(grants__source=made.reference).order_by("pk").distinct()
    references = opened.values_list("reference", flat=True)
    doing.audit(
        audit.BREAK_GLASS,
        *references,
        glass=made.reference,
        category=made.category,
        until=made.until_at.isoformat(),
    )


def _watching(made: BrokenGlass, at: datetime) -> set[int]:
    """Who may say whether it was justified, besides whoever broke it or is locked out."""
    officers = {user.pk for user in holders_in([PRIVACY], made.root.agency_id, at)}
    shut = Lock.objects.filter(root=made.root, lifted_at__isnull=True).values_list("user_id")
    return (officers | set(supervisors(made.root, at))) - {made.by_id} - {pk for (pk,) in shut}


def _tell(made: BrokenGlass, at: datetime) -> None:
    text = f"{made.reference}: somebody broke the glass. Please review it."
    tell(_watching(made, at), text, root=None, link=f"/glass/{made.reference}/", at=at)


def in_sight(actor: Actor) -> QuerySet[BrokenGlass]:
    """What somebody broke themselves, and what they may review: auditors all of their agency,
    supervisors that of their teams. Nothing about a record on which they are locked out."""
    mine = Q(by_id=actor.user_id) if actor.may(Right.BREAK_GLASS) else Q(pk__in=())
    shown = mine | _reviewing(actor)
    locks = _locks(actor).values("root_id")
    rows = BrokenGlass.objects.filter(shown, whole("root__")).exclude(root_id__in=locks)
    return rows.select_related("root__team", "by", "reviewed_by")


def _reviewing(actor: Actor) -> Q:
    ours = Q(root__agency_id=actor.agency_id)
    if actor.may(Right.REVIEW_AUDIT):
        return ours
    if not actor.may(Right.LIFT):
        return Q(pk__in=())
    teams = {held.team for held in actor.held if held.role in RIGHTS[Right.LIFT]}
    return ours & Q(root__team_id__in=sorted(teams))


def to_review(actor: Actor) -> QuerySet[BrokenGlass]:
    """What waits for this actor's word, the most urgent first."""
    rows = in_sight(actor).filter(_reviewing(actor), reviewed_at__isnull=True)
    return rows.exclude(by_id__in=accounts_of(actor.user_id)).order_by("review_by", "pk")


def one_of(actor: Actor, reference: str) -> BrokenGlass:
    """One by its reference. Raises OutOfScope."""
    found = in_sight(actor).filter(reference=reference).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def review(
    made: BrokenGlass, *, outcome: str, words: str, by: Actor, at: datetime, key: str
) -> Outcome:
    """Says whether it was justified. Raises OutOfScope for whoever may not, Refused without an
    outcome, for fewer than SHORTEST characters, and for one that was reviewed already."""
    digest = digest_of("glass reviewed", made.reference, outcome, words)
    try:
        with change(by=by, at=at, key=key, root=made.root, digest=digest) as doing:
            rows = to_review(by).select_for_update(of=("self",))
            held = BrokenGlass.objects.filter(pk=made.pk, reviewed_at__isnull=False)
            if held.exists():
                raise Refused("Somebody has reviewed this already.")
            waiting = rows.filter(pk=made.pk).first()
            if waiting is None:
                raise OutOfScope(made.reference)
            if outcome not in dict(BrokenGlass.OUTCOMES):
                raise Refused("Choose what you make of it from those listed.", field="outcome")
            said = _enough(words, "words", "Enter how you came to it.")
            _reviewed(doing, waiting, outcome, said)
            return outcome_of(doing, made.reference)
    except Repeated as repeated:
        return again(repeated)


def _reviewed(doing: Doing, held: BrokenGlass, outcome: str, words: str) -> None:
    event = doing.event("glass reviewed", root=held.root, touches=False)
    doing.write(held, {"outcome": outcome, "words": words}, event, held.reference)
    held.reviewed_by_id, held.reviewed_at = doing.by.user_id, doing.at
    held.save(update_fields=["reviewed_by", "reviewed_at"])
    doing.audit(audit.ALTERATION, held.root.reference, glass=held.reference, outcome=outcome)
    if outcome == "standards":
        text = f"{held.reference}: broken glass was referred to you."
        told = {user.pk for user in holders_in([STANDARDS], held.root.agency_id, doing.at)}
        link = f"/glass/{held.reference}/"
        tell(told - {doing.by.user_id}, text, root=None, link=link, at=doing.at)


def escalate(at: datetime) -> int:
    """Tells professional standards, once each, of broken glass that nobody reviewed in time;
    returns of how many."""
    late = BrokenGlass.objects.filter(
        reviewed_at__isnull=True, escalated_at__isnull=True, review_by__lt=at
    )
    found = list(late.select_related("root").order_by("review_by")[:AT_ONCE])
    auditing = [post.key for post in posts().values() if post.role in RIGHTS[Right.REVIEW_AUDIT]]
    for made in found:
        key = f"glass-late:{made.pk}"
        try:
            with change(by=worker(), at=at, key=key, digest=digest_of(key)) as doing:
                event = doing.event("glass not reviewed in time", root=made.root, touches=False)
                doing.changed(event, made.reference, "escalated_at", Section.CORE, None, at)
                made.escalated_at = at
                made.save(update_fields=["escalated_at"])
                text = f"{made.reference}: nobody reviewed this broken glass in time."
                told = {user.pk for user in holders_in(auditing, made.root.agency_id, at)}
                told -= {made.by_id}
                tell(told, text, root=None, link=f"/glass/{made.reference}/", at=at)
                doing.audit(audit.ALTERATION, made.root.reference, glass=made.reference, late=True)
        except Repeated:
            continue
    return len(found)

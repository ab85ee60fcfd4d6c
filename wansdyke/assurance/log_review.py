"""Reviewing what was found in the log: taking it on, asking, saying what it was, a second look.

Privacy officers and professional standards see the findings of their agency; nobody sees one about
themselves, or about a record on which they are locked out. All by the one door.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from wansdyke.access.actors import Actor, held_on
from wansdyke.access.models import Lock, Membership, User
from wansdyke.access.notices import holders, holders_in, tell
from wansdyke.access.one_person import accounts_of, one_person
from wansdyke.access.posts import RIGHTS, Right, posts
from wansdyke.access.scope import OutOfScope
from wansdyke.assurance.log_review_models import FindingWord, LogFinding
from wansdyke.assurance.log_review_raising import PRIVACY, agency_of
from wansdyke.casework.conflicts import STANDARDS
from wansdyke.casework.on_case import needed
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

SHORTEST, LONGEST = 20, 2000
REVIEWERS = frozenset({PRIVACY, STANDARDS})
WAITING, SECOND, DONE = LogFinding.WAITING, LogFinding.SECOND, LogFinding.DONE
Body = Callable[[Doing, LogFinding], None]


def may(actor: Actor) -> bool:
    """Whether the review of the log is an actor's business."""
    return actor.may(Right.REVIEW_AUDIT) and bool(actor.posts & REVIEWERS)


def in_sight(actor: Actor) -> QuerySet[LogFinding]:
    """The findings an actor may see. Raises OutOfScope for whoever it is no business of."""
    if not may(actor):
        raise OutOfScope("log review")
    mine = Q(root__agency_id=actor.agency_id or 0)
    mine |= Q(root=None) if actor.home else Q(root=None, viewer__agency_id=actor.agency_id or 0)
    rows = LogFinding.objects.filter(mine).exclude(viewer_id__in=accounts_of(actor.user_id))
    return rows.exclude(shut_to(actor)).select_related("root", "viewer__agency", "taken_by")


def shut_to(actor: Actor) -> Q:
    """The findings about a record on which somebody is locked out, or about a person one of whose
    records is shut to them."""
    locks = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True)
    people = locks.exclude(root__person_record=None).values("root__person_record__person_id")
    return Q(root__isnull=False) & (
        Q(root_id__in=locks.values("root_id")) | Q(root__person_record__person_id__in=people)
    )


def one_of(actor: Actor, reference: str) -> LogFinding:
    """One by its reference. Raises OutOfScope."""
    found = in_sight(actor).filter(reference=reference).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def _change(
    made: LogFinding, what: str, body: Body, *asked: Any, by: Actor, at: datetime, key: str
) -> None:
    """One change of a finding, read again and locked; nothing where the key was seen before."""
    digest = digest_of(what, made.reference, *asked)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            held = in_sight(by).select_for_update(of=("self",)).filter(pk=made.pk).first()
            if held is None:
                raise OutOfScope(made.reference)
            body(doing, held)
            # No event of the record itself: its history is read by those who work on it.
            doing.event(f"finding: {what}", subject=held.reference)
            doing.audit(audit.ALTERATION, held.reference, finding=what, outcome=held.outcome)
            doing.outcome["made"] = held.reference
    except Repeated:
        return


def _said(doing: Doing, held: LogFinding, kind: str, **more: Any) -> FindingWord:
    return FindingWord.objects.create(
        finding=held, kind=kind, by_id=doing.by.user_id, at=doing.at, **more
    )


def _enough(text: str, otherwise: str) -> str:
    words = needed(text, "words", otherwise, LONGEST)
    if len(words) < SHORTEST:
        raise Refused(f"Use {SHORTEST} characters or more, not {len(words)}.", field="words")
    return words


def take(made: LogFinding, *, by: Actor, at: datetime, key: str) -> None:
    """Takes one on, so that two do not ask the same. Raises Refused where it was reviewed."""

    def body(doing: Doing, held: LogFinding) -> None:
        if held.state == DONE:
            raise Refused("Somebody has reviewed this already.")
        held.taken_by_id, held.taken_at = by.user_id, at
        held.save(update_fields=["taken_by", "taken_at"])
        _said(doing, held, FindingWord.TAKEN)

    _change(made, "taken on", body, by=by, at=at, key=key)


def supervisors_of(made: LogFinding, at: datetime) -> list[User]:
    """Who supervises the viewer today: not themselves, nor who is locked out of the record."""
    day = london(at).date()
    lifting = [post.key for post in posts().values() if post.role in RIGHTS[Right.LIFT]]
    teams = {held.team for held in held_on(made.viewer, day)}
    found = {user for team in teams for user in holders(lifting, team, at)}
    found -= _shut_out(made)
    return list(User.objects.filter(pk__in=found - {made.viewer_id}).order_by("name"))


def _shut_out(made: LogFinding) -> set[int]:
    """Who is locked out of the record that a finding is about."""
    if made.root_id is None:
        return set()
    shut = Lock.objects.filter(root_id=made.root_id, lifted_at__isnull=True)
    return set(shut.values_list("user_id", flat=True))


def ask(made: LogFinding, whom: str, words: str, *, by: Actor, at: datetime, key: str) -> None:
    """Sends a question to one who supervises the viewer. Raises Refused for anybody else, for
    fewer than SHORTEST characters, and for what was reviewed."""

    def body(doing: Doing, held: LogFinding) -> None:
        if held.state == DONE:
            raise Refused("Somebody has reviewed this already.")
        said = _enough(words, "Enter what you want to know.")
        to = {user.username: user for user in supervisors_of(held, at)}.get(whom)
        if to is None:
            raise Refused("Choose one of those who supervise them.", field="whom")
        _said(doing, held, FindingWord.ASKED, to=to, words=said)
        text = f"{held.reference}: a question about how somebody of your team used the product."
        tell([to.pk], text, root=None, link=f"/audit/asked/{held.reference}/", at=at)

    _change(made, "question sent", body, whom, words, by=by, at=at, key=key)


def questions_to(actor: Actor) -> QuerySet[FindingWord]:
    """The questions that were put to an actor as a supervisor, the newest first; none about what
    they are locked out of meanwhile."""
    if not actor.admitted:
        return FindingWord.objects.none()
    shut = LogFinding.objects.filter(shut_to(actor)).values("pk")
    rows = FindingWord.objects.filter(kind=FindingWord.ASKED, to_id=actor.user_id)
    rows = rows.exclude(finding_id__in=shut).order_by("-at", "-pk")
    return rows.select_related("finding__viewer", "finding__root", "by")


def question_to(actor: Actor, reference: str) -> FindingWord:
    """The newest question about a finding that was put to an actor. Raises OutOfScope."""
    found = questions_to(actor).filter(finding__reference=reference).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def answered(question: FindingWord) -> FindingWord | None:
    """What was answered to a question, if anything was."""
    later = FindingWord.objects.filter(
        finding_id=question.finding_id, kind=FindingWord.ANSWERED, pk__gt=question.pk
    )
    return later.filter(by_id=question.to_id).order_by("pk").first()


def answer(question: FindingWord, words: str, *, by: Actor, at: datetime, key: str) -> None:
    """Keeps what a supervisor answers; whoever asked is told. Raises OutOfScope for anybody else,
    Refused for fewer than SHORTEST characters and where it was answered."""
    reference = question.finding.reference
    digest = digest_of("finding answered", reference, words)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            held = question_to(by, reference)
            LogFinding.objects.select_for_update().get(pk=held.finding_id)
            if answered(held) is not None:
                raise Refused("You have answered this already.")
            said = _enough(words, "Enter what you know of it.")
            _said(doing, held.finding, FindingWord.ANSWERED, words=said)
            doing.event("finding: answered", subject=reference)
            doing.audit(audit.COLLECTION, reference, finding="answered")
            text = f"{reference}: the supervisor has answered your question."
            tell([held.by_id], text, root=None, link=f"/audit/review/{reference}/", at=at)
            doing.outcome["made"] = reference
    except Repeated:
        return


def review(
    made: LogFinding, outcome: str, words: str, *, by: Actor, at: datetime, key: str
) -> None:
    """Says what it was. Confirmed misuse stands only when somebody else looked as well.

    Raises Refused without an outcome, for fewer than SHORTEST characters, and for what was
    reviewed already; OutOfScope for whoever may not see it.
    """

    def body(doing: Doing, held: LogFinding) -> None:
        if held.state != WAITING:
            raise Refused("Somebody has reviewed this already.")
        if outcome not in dict(LogFinding.OUTCOMES):
            raise Refused("Choose what you make of it from those listed.", field="outcome")
        said = _enough(words, "Enter how you came to it.")
        held.outcome, held.reviewed_by_id, held.reviewed_at = outcome, by.user_id, at
        held.state = SECOND if outcome == LogFinding.MISUSE else DONE
        held.save(update_fields=["outcome", "reviewed_by", "reviewed_at", "state"])
        _said(doing, held, FindingWord.REVIEWED, outcome=outcome, words=said)
        _tell_others(held, outcome, by, at)

    _change(made, "reviewed", body, outcome, words, by=by, at=at, key=key)


def _tell_others(held: LogFinding, outcome: str, by: Actor, at: datetime) -> None:
    """Tells those whose turn it is: of a referral professional standards, of misuse all others."""
    whom = {"standards": {STANDARDS}, LogFinding.MISUSE: REVIEWERS}.get(outcome)
    agency = agency_of(held)
    if not whom or agency is None:
        return
    told = {user.pk for user in holders_in(whom, agency, at)} - {by.user_id, held.viewer_id}
    told -= _shut_out(held)
    wanted = "was referred to you" if outcome == "standards" else "waits for a second look"
    text = f"{held.reference}: what was found in the log {wanted}."
    tell(told, text, root=None, link=f"/audit/review/{held.reference}/", at=at)


def second(
    made: LogFinding, agreed: bool, words: str, *, by: Actor, at: datetime, key: str
) -> None:
    """The second look at confirmed misuse: it stands, or waits for review again.

    Raises Refused for whoever reviewed it first, for fewer than SHORTEST characters, and where
    none is wanted.
    """

    def body(doing: Doing, held: LogFinding) -> None:
        if held.state != SECOND:
            raise Refused("Nobody waits for a second look at this.")
        if one_person(held.reviewed_by_id, by.user_id):
            raise Refused("Somebody else must take the second look.")
        said = _enough(words, "Enter how you came to it.")
        kind = FindingWord.AGREED if agreed else FindingWord.SENT_BACK
        _said(doing, held, kind, outcome=held.outcome, words=said)
        if agreed:
            held.state, held.seconded_by_id, held.seconded_at = DONE, by.user_id, at
        else:
            held.state, held.outcome = WAITING, ""
            held.reviewed_by_id, held.reviewed_at = None, None
        held.save(
            update_fields=[
                *("state", "outcome", "reviewed_by", "reviewed_at"),
                *("seconded_by", "seconded_at"),
            ]
        )

    what = "second look: agreed" if agreed else "second look: not agreed"
    _change(made, what, body, words, by=by, at=at, key=key)


def own_post(user: User, at: datetime) -> str:
    """The posts that somebody holds, in words."""
    day = london(at).date()
    rows = Membership.objects.filter(user=user, from_date__lte=day).select_related("team")
    live = rows.filter(Q(until_date=None) | Q(until_date__gt=day)).order_by("team__name", "post")
    known = posts()
    titles = [f"{known[row.post].title}, {row.team.name}" for row in live if row.post in known]
    return "; ".join(titles) or "No post now"

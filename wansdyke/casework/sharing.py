"""Sharing a case: what of it is opened to whom, on what basis, until when; and taking it back.

Whoever it is shared with sees it at once, and never more than was chosen. A restricted case is
shared with named people only, a sealed one with nobody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Lock, Root
from wansdyke.access.notices import holders, holders_in, tell
from wansdyke.access.posts import RIGHTS, Right, posts
from wansdyke.access.scope import scope
from wansdyke.access.sections import ALL, Section
from wansdyke.access.settings import Setting, value_of
from wansdyke.casework.models import Case, Marker, Share
from wansdyke.casework.models.sharing import BASES, GATEWAYS
from wansdyke.casework.on_case import added, needed, on_case, unused
from wansdyke.casework.parties import let_in
from wansdyke.casework.queries import OutOfScope, sections_on
from wansdyke.casework.recipients import PERSON, Recipient
from wansdyke.casework.steps import Outcome
from wansdyke.history import audit
from wansdyke.history.door import Doing, digest_of
from wansdyke.kernel.calendar import end_of_day
from wansdyke.kernel.flow import Refused

PREFIX = "SH"
LONGEST, LONGEST_PURPOSE = 2000, 200
LONGEST_SHARE = timedelta(days=366)
DAYS = Setting(
    key="sharing.days",
    title="Sharing: days after which a share ends, unless another day is chosen",
    default=90,
    most=366,
    unit="days",
)
SETTINGS = (DAYS,)
# The core is always shown, and who works here never leaves with a case.
OFFERED = tuple(one for one in Section if one in ALL - {Section.CORE, Section.STAFF})
# What is not opened unless somebody means to.
RARELY = frozenset({Section.SOURCE, Section.HEALTH, Section.THIRD_PARTY, Section.SAFE_CONTACT})
SAID = (
    *("to_agency", "to_team", "to_user", "level", "sections", "purpose", "lawful_basis"),
    *("gateway", "proportionality", "marker", "until_at"),
)
SEALED = "A sealed case is shared with nobody."
ONESELF = "You cannot share a case with yourself: what you see goes with your post."
RESTRICTED = "A restricted case is shared with named people only."


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What of a case is opened, at which level, for what, on what basis and why it is in
    proportion; until when, or else until a marker published from the case ends."""

    sections: frozenset[Section]
    level: int
    purpose: str
    lawful_basis: str
    proportionality: str
    gateway: str = ""
    until: datetime | None = None
    marker: Marker | None = None


def usual_end(at: datetime) -> datetime:
    """When a share made now ends unless somebody says otherwise."""
    return at + timedelta(days=int(value_of(DAYS, at)))


def share(case: Case, to: Recipient, terms: Terms, *, by: Actor, at: datetime, key: str) -> Outcome:
    """Opens a case to an agency, a team or a person, and tells them.

    Raises Refused for a case that is marked too high, sections the sender does not see, no
    purpose, basis or proportionality, an end in the past or more than a year away; OutOfScope
    without the right to share the case.
    """

    def body(doing: Doing, held: Case) -> None:
        _may_go(held, to, terms, doing)
        made = Share.objects.create(
            case=held,
            reference=unused(Share, PREFIX),
            to_agency=to.agency if to.team is None and to.user is None else None,
            to_team=to.team,
            to_user=to.user,
            **_terms(terms, doing.at),
            by_id=doing.by.user_id,
            at=doing.at,
        )
        event = doing.event("shared", root=held.root)
        added(doing, event, made, made.reference, *SAID)
        _open(made, doing)
        _audited(doing, made, ended=False)
        text = f"{made.reference}: a case is shared with you."
        tell(_told(made, at), text, root=held.root, link=_link(held), at=at)

    marker = terms.marker.reference if terms.marker else ""
    said = to.kind, to.key, sorted(terms.sections), terms.level, terms.purpose, terms.until, marker
    why = terms.lawful_basis, terms.gateway, terms.proportionality
    digest = digest_of("share", case.root.reference, *said, *why)
    return on_case(case, Right.SHARE, body, by=by, at=at, key=key, digest=digest)


def _may_go(case: Case, to: Recipient, terms: Terms, doing: Doing) -> None:
    if case.root.marking == Root.SEALED:
        raise Refused(SEALED)
    if case.root.marking == Root.RESTRICTED and to.kind != PERSON:
        raise Refused(RESTRICTED)
    if to.user is not None and to.user.pk == doing.by.user_id:
        raise Refused(ONESELF)
    if not terms.sections <= sections_on(doing.by, case.root, doing.at) & set(OFFERED):
        raise Refused("You can share only the sections that you see yourself.", field="sections")
    if terms.level not in dict(Share.LEVELS):
        raise Refused("Choose what they may do from those listed.", field="level")
    if terms.lawful_basis not in dict(BASES):
        raise Refused("Choose the lawful basis from those listed.", field="lawful_basis")
    if terms.gateway not in dict(GATEWAYS):
        raise Refused("Choose the gateway from those listed.", field="gateway")
    if terms.until and not doing.at < terms.until <= doing.at + LONGEST_SHARE:
        raise Refused("The end must be in the future, at most a year from now.", field="until")
    if terms.marker and terms.marker.root_id != case.pk:
        raise Refused("Choose a marker that was published from this case.", field="lasts")


def _terms(terms: Terms, at: datetime) -> dict[str, object]:
    why = needed(
        terms.proportionality,
        "proportionality",
        "Enter why they need this much, and no less would do.",
        LONGEST,
    )
    purpose = needed(terms.purpose, "purpose", "Enter what they need it for.", LONGEST_PURPOSE)
    ends = _end_of(terms.marker) if terms.marker else terms.until or usual_end(at)
    return {
        "level": terms.level,
        "sections": [one.value for one in OFFERED if one in terms.sections],
        "purpose": purpose,
        "lawful_basis": terms.lawful_basis,
        "gateway": terms.gateway,
        "proportionality": why,
        "marker": terms.marker,
        "until_at": ends,
    }


def _end_of(marker: Marker) -> datetime | None:
    """The midnight after a marker's last day; None for as long as it is not withdrawn."""
    return end_of_day(marker.until_date) if marker.until_date else None


def _open(made: Share, doing: Doing) -> None:
    Grant.objects.create(
        root=made.case.root,
        kind=Grant.SHARE,
        agency=made.to_agency,
        team=made.to_team,
        user=made.to_user,
        level=made.level,
        sections=made.sections,
        lawful_basis=made.lawful_basis,
        gateway=made.gateway,
        purpose=made.purpose,
        reason=made.proportionality[:500],
        source=made.reference,
        from_at=doing.at,
        until_at=made.until_at,
        made_by_id=doing.by.user_id,
    )
    let_in(made.case.root, doing.at)


def _audited(doing: Doing, made: Share, *, ended: bool) -> None:
    """Written about the case and about each of its people whose record is opened by it."""
    outside = _agency_of(made) != made.case.root.agency_id
    opened = Root.objects.filter(grants__source=made.reference).exclude(pk=made.case_id)
    people = opened.distinct().order_by("pk").values_list("reference", flat=True)
    doing.audit(
        audit.DISCLOSURE if outside and not ended else audit.ALTERATION,
        made.case.root.reference,
        *people,
        share=made.reference,
        to=_key_of(made),
        sections=list(made.sections),
        level=made.level,
        basis=made.lawful_basis,
        gateway=made.gateway,
        until=made.until_at.isoformat() if made.until_at else "",
        ended=ended,
    )


def _agency_of(made: Share) -> int | None:
    if made.to_user is not None:
        return made.to_user.agency_id
    return made.to_team.agency_id if made.to_team is not None else made.to_agency_id


def _key_of(made: Share) -> str:
    if made.to_user is not None:
        return f"user:{made.to_user.username}"
    if made.to_team is not None:
        return f"team:{made.to_team.key}"
    return f"agency:{made.to_agency.key}" if made.to_agency else ""


def _told(made: Share, at: datetime) -> set[int]:
    """Who is told: those it was opened to who may view at all, and are not locked out."""
    viewing = [post.key for post in posts().values() if post.role in RIGHTS[Right.VIEW]]
    if made.to_user is not None:
        found = {made.to_user.pk}
    elif made.to_team is not None:
        found = set(holders(viewing, made.to_team.pk, at))
    else:
        found = {user.pk for user in holders_in(viewing, made.to_agency_id or 0, at)}
    locked = Lock.objects.filter(root=made.case.root, lifted_at__isnull=True)
    return found - set(locked.values_list("user_id", flat=True)) - {made.by_id}


def _link(case: Case) -> str:
    return f"/{case.desk}/{case.root.reference}/"


def shares_of(case: Case) -> QuerySet[Share]:
    """All shares of a case, the newest first."""
    return with_names(Share.objects.filter(case=case)).order_by("-at", "-pk")


def with_names(rows: QuerySet[Share]) -> QuerySet[Share]:
    """With what is shown of each besides its own columns."""
    return rows.select_related(
        "case__root__agency", "to_agency", "to_team__agency", "to_user__agency", "by", "revoked_by"
    ).select_related("marker")


def is_live(made: Share, at: datetime) -> bool:
    """Whether a share opens anything at a moment, as far as it goes by itself."""
    return made.revoked_at is None and (made.until_at is None or made.until_at > at)


def share_of(case: Case, reference: str) -> Share:
    """A share of a case. Raises OutOfScope."""
    found = shares_of(case).filter(reference=reference).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def revoke(
    case: Case, reference: str, *, reason: str, by: Actor, at: datetime, key: str
) -> Outcome:
    """Takes a share back: from the next request on it opens nothing. Raises Refused without a
    reason, or for one that ended; OutOfScope without the right to share the case."""

    def body(doing: Doing, held: Case) -> None:
        why = needed(reason, "reason", "Enter why it is taken back.", LONGEST)
        made = share_of(held, reference)
        if not is_live(made, doing.at):
            raise Refused("This share has ended already.")
        end(doing, made, why)

    digest = digest_of("share revoked", reference, reason)
    return on_case(case, Right.SHARE, body, by=by, at=at, key=key, digest=digest)


def end(doing: Doing, made: Share, why: str) -> None:
    """Ends a share inside a change that is already open."""
    event = doing.event("share revoked", root=made.case.root)
    values = {"revoked_at": doing.at, "revoked_by_id": doing.by.user_id, "revoke_reason": why}
    for field, value in values.items():
        setattr(made, field, value)
    made.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    doing.changed(event, made.reference, "revoke_reason", Section.NARRATIVE, None, why)
    given = Grant.objects.filter(source=made.reference, revoked_at__isnull=True)
    given.update(revoked_at=doing.at)
    _audited(doing, made, ended=True)
    text = f"{made.reference}: a case that was shared with you no longer is."
    tell(_told(made, doing.at), text, root=None, link="", at=doing.at)


def end_with(doing: Doing, marker: Marker) -> None:
    """Ends the shares that served a marker which is withdrawn."""
    for made in with_names(Share.objects.filter(marker=marker, revoked_at=None)):
        if is_live(made, doing.at):
            end(doing, made, "The marker that it served was withdrawn.")


def follow(doing: Doing, marker: Marker) -> None:
    """Lets the shares that serve a marker end when it does now, wherever they are carried."""
    ends = _end_of(marker)
    for made in with_names(Share.objects.filter(marker=marker, revoked_at=None)):
        if made.until_at == ends or not is_live(made, doing.at):
            continue
        event = doing.event("share follows its marker", root=made.case.root)
        doing.write(made, {"until_at": ends}, event, made.reference)
        Grant.objects.filter(source=made.reference, revoked_at=None).update(until_at=ends)
        _audited(doing, made, ended=False)


def register(actor: Actor, at: datetime) -> QuerySet[Share]:
    """Every share of the cases in an actor's view scope, for those of the force itself. Raises
    OutOfScope for whoever is of another agency."""
    if not actor.home:
        raise OutOfScope("shares")
    return Share.objects.filter(scope(actor, Right.VIEW, at, "case__root__"))


def sections_words(sections: Collection[str]) -> str:
    """Sections as one text, the core first."""
    return ", ".join(("core", *sections)).capitalize()

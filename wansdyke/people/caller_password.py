"""Caller passwords: a word by which somebody on the telephone shows that they are who they say.

A man who knows her name, her birthday and her address rings to ask where she is: what he does not
know is the word. It is kept as a hash, so nobody can read it out; what was said is checked here.
"""

import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from wansdyke.access.actors import Actor
from wansdyke.access.models import Lock, Root
from wansdyke.access.notices import holders, tell
from wansdyke.access.posts import Right, posts
from wansdyke.access.scope import OutOfScope, can, scope, whole
from wansdyke.access.sections import Section
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused, Role
from wansdyke.people.models import CallerPassword, Person, PersonRecord

SHORTEST, LONGEST, FEWEST_LETTERS = 4, 80, 3
MOST, WINDOW = 5, timedelta(hours=1)
WRONG, RIGHT = "caller password not matched", "caller password matched"
SHUT = "caller password asked while shut"
TOO_MANY = (
    "Too many words that did not match were tried for this person in the last hour. "
    "Tell the caller nothing, and ring the duty inspector."
)


def protected(actor: Actor, at: datetime, people: Collection[int]) -> frozenset[int]:
    """Those of some people (primary keys) of whom an actor is told that they have a caller
    password."""
    rows = _told_to(actor, at).filter(root__person_record__person_id__in=list(people))
    return frozenset(rows.values_list("root__person_record__person_id", flat=True))


def _told_to(actor: Actor, at: datetime) -> QuerySet[CallerPassword]:
    """The caller passwords that an actor is told of: those on records they see; and, for whoever
    takes calls, on any record that is not shut to them, for a caller who pretends to be somebody is
    the greater danger. To others one out of sight would tell of the record that holds it."""
    rows = CallerPassword.objects.filter(whole("root__"), ended_at=None)
    if not actor.safety_face:
        return rows.filter(scope(actor, Right.VIEW, at, "root__"))
    shut = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True)
    return rows.exclude(root_id__in=shut.values("root_id"))


def _plain(word: str) -> str:
    # Spoken words have no capitals, accents or hyphens.
    flat = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in flat if letter.isalnum())


def _sealed(word: str) -> str:
    """A fingerprint for the operation's key, from which nobody can find the word."""
    key = settings.SECRET_KEY
    return salted_hmac("caller password", _plain(word), key, algorithm="sha256").hexdigest()


def set_word(record: PersonRecord, word: str, *, by: Actor, at: datetime, key: str) -> None:
    """Sets a record's caller password, in place of any it had.

    Raises OutOfScope without the right to edit the record, Refused for a word too short or long.
    """
    plain = _plain(word)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise Refused(f"Use a word of {SHORTEST} to {LONGEST} letters.", field="word")
    if len(set(plain)) < FEWEST_LETTERS or plain.isdecimal():
        raise Refused(
            "Use a word that is not a number or a few letters again and again.", field="word"
        )
    digest = digest_of("caller password", record.root.reference, _sealed(word))
    try:
        with change(by=by, at=at, key=key, root=record.root, digest=digest) as doing:
            _require(by, record.root, at)
            _end(doing, record.root, "replaced")
            CallerPassword.objects.create(
                root=record.root, hashed=make_password(plain), by_id=by.user_id, at=at
            )
            doing.event("caller password set", root=doing.root)
            doing.audit(audit.COLLECTION, record.root.reference, fields=["caller password"])
    except Repeated:
        return


def end_word(record: PersonRecord, *, reason: str, by: Actor, at: datetime, key: str) -> None:
    """Ends a record's caller password. Raises OutOfScope, Refused with no reason or no password."""
    why = reason.strip()
    if not why:
        raise Refused("Enter why it is ended.", field="reason")
    digest = digest_of("caller password ended", record.root.reference, why)
    try:
        with change(by=by, at=at, key=key, root=record.root, digest=digest) as doing:
            _require(by, record.root, at)
            if not _end(doing, record.root, why):
                raise Refused("This record has no caller password.", field="reason")
            doing.audit(audit.ALTERATION, record.root.reference, fields=["caller password"])
    except Repeated:
        return


def _end(doing: Doing, root: Root, why: str) -> bool:
    row = CallerPassword.objects.filter(root=root, ended_at=None).first()
    if row is None:
        return False
    event = doing.event("caller password ended", root=doing.root)
    doing.write(row, {"ended_at": doing.at}, event, root.reference)
    doing.changed(event, root.reference, "reason", Section.SAFE_CONTACT, None, why)
    return True


def _require(by: Actor, root: Root, at: datetime) -> None:
    if not can(by, Right.EDIT, root, at):
        raise OutOfScope(root.reference)


def check(
    person: Person, record: PersonRecord, word: str, *, by: Actor, at: datetime, key: str
) -> bool:
    """Whether what a caller said is the person's word; noted on `record`, one that the actor sees.

    A word that is not theirs is told to the supervisors of every record that has one. Raises
    Refused after five wrong ones in an hour, or where the person has no password.
    """
    digest = digest_of("caller password said", person.reference, _sealed(word))
    try:
        with change(by=by, at=at, key=key, root=record.root, digest=digest) as doing:
            # Held for the count: guesses sent at once would otherwise all be the first.
            Person.objects.select_for_update().get(pk=person.pk)
            shut, matched = _shut(person, at), False
            if not shut:
                matched = _matched(person, word, by, at)
            doing.event(
                SHUT if shut else RIGHT if matched else WRONG, root=doing.root, touches=False
            )
            doing.audit(audit.COLLECTION, record.root.reference, matched=matched, shut=shut)
            doing.outcome.update(matched=matched, shut=shut)
            if not matched:
                _warn(person, at)
    except Repeated as repeated:
        # The word may be another by now, so an old answer is worth nothing but as a refusal.
        shut = bool(repeated.outcome.get("shut"))
        matched = bool(repeated.outcome["matched"]) and _matched(person, word, by, at)
    if shut:
        raise Refused(TOO_MANY, field="word")
    return matched


def _shut(person: Person, at: datetime) -> bool:
    """Whether so many wrong words were said lately that even the right one is not listened to."""
    wrong = Event.objects.filter(
        root__person_record__person=person, name=WRONG, recorded_at__gt=at - WINDOW
    )
    return bool(wrong.count() >= MOST)


def _matched(person: Person, word: str, by: Actor, at: datetime) -> bool:
    rows = _told_to(by, at).filter(root__person_record__person=person)
    hashes = list(rows.values_list("hashed", flat=True))
    if not hashes:
        raise Refused("This person has no caller password.", field="word")
    return any(check_password(_plain(word), hashed) for hashed in hashes)


def _warn(person: Person, at: datetime) -> None:
    leading = {post.key for post in posts().values() if post.role is Role.SUPERVISOR}
    rows = CallerPassword.objects.filter(root__person_record__person=person, ended_at=None)
    for row in rows.select_related("root"):
        tell(
            holders(leading, row.root.team_id, at),
            "Somebody who rang did not know the caller password of this person.",
            root=row.root,
            link=f"/people/{row.root.person_record.known_as}/",
            at=at,
        )

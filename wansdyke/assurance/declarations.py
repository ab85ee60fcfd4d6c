"""What staff declare of themselves and theirs, so that looks at their own can be told from others.

Kept apart from all records of cases: no search finds it, no case shows it, and no old or new value
goes into any history. It is read by whoever declared it and by those who review the log.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import User
from wansdyke.access.scope import OutOfScope
from wansdyke.assurance.log_review import may as reviews
from wansdyke.assurance.log_review_models import Associate, Declaration
from wansdyke.casework.on_case import unused
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.people.keys import postcode as whole_postcode

PREFIX = "AS"
OWN = ("date_of_birth", "address", "postcode")
THEIRS = ("relation", "forename", "surname", *OWN)
MOST = 50


def own(actor: Actor) -> Declaration | None:
    """What somebody has declared of themselves, if anything."""
    return Declaration.objects.filter(user_id=actor.user_id).first()


def associates(declaration: Declaration | None) -> list[Associate]:
    """Those who stand in a declaration now, in the order they came."""
    if declaration is None:
        return []
    return list(declaration.associates.filter(ended_at=None).order_by("at", "pk"))


def of_somebody(actor: Actor, username: str) -> tuple[User, Declaration | None]:
    """A member of staff and what they have declared, for those who review the log; nobody reads
    their own so. Raises OutOfScope."""
    if not reviews(actor):
        raise OutOfScope(username)
    users: QuerySet[User] = User.objects.exclude(pk=actor.user_id).select_related("agency")
    if not actor.home:
        users = users.filter(agency_id=actor.agency_id or 0)
    found = users.filter(username=username).first()
    if found is None:
        raise OutOfScope(username)
    return found, Declaration.objects.filter(user=found).first()


def _checked(values: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    code = values.get("postcode", "").strip()
    if code and whole_postcode(code) is None:
        raise Refused("Enter a whole postcode, like SN1 2AB.", field="postcode")
    born = values.get("date_of_birth")
    if born is not None and born > london(at).date():
        raise Refused("The date of birth must be in the past.", field="date_of_birth")
    postcode = whole_postcode(code) or ""
    return {
        "date_of_birth": born,
        "address": values.get("address", "").strip(),
        "postcode": postcode,
    }


def _noted(doing: Doing, what: str, fields: list[str]) -> None:
    subject = f"user:{doing.by.username}"
    doing.event(f"declaration: {what}", subject=subject)
    doing.audit(audit.COLLECTION, subject, declaration=what, fields=fields)
    doing.outcome["made"] = subject


def declare(values: Mapping[str, Any], *, by: Actor, at: datetime, key: str) -> None:
    """Keeps what somebody declares of themselves. Raises Refused for what cannot be."""
    said = _checked(values, at)
    digest = digest_of("declared", by.username, *(said[name] for name in OWN))
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            Declaration.objects.update_or_create(user_id=by.user_id, defaults={**said, "at": at})
            _noted(doing, "about themselves", [name for name in OWN if said[name]])
    except Repeated:
        return


def add(values: Mapping[str, Any], *, by: Actor, at: datetime, key: str) -> None:
    """Adds somebody to one's declaration. Raises Refused for no name, an unknown relation, what
    cannot be, and more than MOST."""
    said = _checked(values, at)
    names = {name: values.get(name, "").strip() for name in ("relation", "forename", "surname")}
    digest = digest_of("associate", by.username, names, *(said[name] for name in OWN))
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            if names["relation"] not in dict(Associate.RELATIONS):
                raise Refused("Choose who they are to you.", field="relation")
            for name in ("forename", "surname"):
                if not names[name]:
                    raise Refused(f"Enter their {name}.", field=name)
            mine, _ = Declaration.objects.get_or_create(user_id=by.user_id, defaults={"at": at})
            if len(associates(mine)) >= MOST:
                raise Refused(f"A declaration holds {MOST} people at most.")
            made = Associate(declaration=mine, reference=unused(Associate, PREFIX), at=at)
            for name, value in {**names, **said}.items():
                setattr(made, name, value)
            made.save(force_insert=True)
            _noted(doing, "somebody added", [n for n in THEIRS if getattr(made, n)])
    except Repeated:
        return


def one_of_mine(actor: Actor, reference: str) -> Associate:
    """Somebody who stands in one's own declaration. Raises OutOfScope."""
    mine = Associate.objects.filter(declaration__user_id=actor.user_id, ended_at=None)
    found = mine.filter(reference=reference).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def end(one: Associate, *, by: Actor, at: datetime, key: str) -> None:
    """Takes somebody off one's declaration; auditors still see that they stood in it."""
    digest = digest_of("associate ended", one.reference)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            held = one_of_mine(by, one.reference)
            held.ended_at = at
            held.save(update_fields=["ended_at"])
            _noted(doing, "somebody taken off", ["ended_at"])
    except Repeated:
        return

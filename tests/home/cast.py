"""A small force for the front door's tests: teams, people with posts, cases and records."""

import json
import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.lost_property.desk import DESK
from tests.lost_property.models import Thing
from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Agency, Grant, Lock, Membership, Root, Team, User
from wansdyke.access.references import fresh
from wansdyke.casework.actions import NewParty, open_case, perform
from wansdyke.casework.models import Case, CasePlace, Marker, Party
from wansdyke.history.models import AuditEntry
from wansdyke.kernel.calendar import london
from wansdyke.people.models import Person, PersonRecord, Place
from wansdyke.people.records import fresh_person, keys_of, place_for, warn_of
from wansdyke.people.vocabulary import learn, words_of

LONG_AGO = date(2020, 1, 1)
KEEPER, HEAD, OPERATOR = "property-keeper", "property-head", "operator"
AUDITOR, ADMINISTRATOR, ANALYST = "privacy-officer", "administrator", "analyst"


def now() -> datetime:
    return timezone.now()


def agency(key: str = "force", *, home: bool = True) -> Agency:
    kind = "police" if home else "council"
    defaults = {"name": key.title(), "kind": kind, "home": home}
    return Agency.objects.get_or_create(key=key, defaults=defaults)[0]


def team(key: str = "store", of: Agency | None = None) -> Team:
    defaults = {"agency": of or agency(), "name": key.title()}
    return Team.objects.get_or_create(key=key, defaults=defaults)[0]


def user(username: str, *posts: str, at: Team | None = None) -> User:
    where = at or team()
    made = User.objects.create(username=username, name=username.title(), agency=where.agency)
    for post in posts:
        Membership.objects.create(user=made, team=where, post=post, from_date=LONG_AGO)
    return made


def actor(of: User, **changed: Any) -> Actor:
    asked: dict[str, Any] = {"on": london(now()).date(), "mfa": True, "channel": "web"}
    return actor_of(of, **{**asked, **changed})


def signed_in(of: User, *, factor: bool = True) -> Client:
    client = Client()
    client.force_login(of, backend="allauth.account.auth_backends.AuthenticationBackend")
    if factor:
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": now().timestamp()}]
        session.save()
    return client


def thing(by: User, *, at: Team | None = None, parties: Any = (), **values: Any) -> Thing:
    moment = now()
    outcome = open_case(
        DESK,
        {"found_at": moment - timedelta(hours=1), "described": "An umbrella", **values},
        by=actor(by),
        at=moment,
        key=uuid.uuid4().hex,
        team=at or team(),
        opened_at=moment - timedelta(hours=1),
        parties=[NewParty(role="subject", record=record) for record in parties],
    )
    return Thing.objects.select_related("case__root").get(case__root__reference=outcome.reference)


def propose_disposal(by: User, found: Thing) -> None:
    perform(
        found,
        "dispose",
        desk=DESK,
        by=actor(by),
        at=now(),
        key=uuid.uuid4().hex,
        reason="Nobody came",
    )


def record(
    *, at: Team | None = None, person: Person | None = None, marking: int = 0, **typed: Any
) -> PersonRecord:
    where = at or team()
    root = Root.objects.create(
        reference=fresh("PR")[0], agency=where.agency, team=where, marking=marking, created_at=now()
    )
    source = typed.pop("source", "A test")
    columns = keys_of(typed)
    learn(words_of([columns]))
    return PersonRecord.objects.create(
        root=root,
        person=person or Person.objects.create(reference=fresh_person()),
        source=source,
        **columns,
    )


def marker(root: Root, owner: User, **about: Any) -> Marker:
    today = london(now()).date()
    values = {
        "kind": "weapons",
        "text": "Keeps an axe by the door",
        "source": "Patrol",
        "from_date": today,
        "review_by": today + timedelta(days=30),
        "reference": fresh("MK")[0],
        **about,
    }
    made = Marker.objects.create(root=root, owner=owner, **values)
    warn_of(made.first_person or made.person)
    return made


def place(address: str, postcode: str, *, on: Case | None = None) -> Place:
    made = place_for(address, postcode)
    assert made is not None
    if on is not None:
        CasePlace.objects.create(case=on, place=made, role="scene")
    return made


def shared(root: Root, with_: Agency, by: User, *sections: str) -> Grant:
    return Grant.objects.create(
        root=root,
        kind=Grant.SHARE,
        agency=with_,
        sections=list(sections),
        lawful_basis="Children Act 2004 s11",
        purpose="Safeguarding",
        from_at=now() - timedelta(hours=1),
        made_by=by,
    )


def locked(root: Root, out: User, by: User) -> Lock:
    return Lock.objects.create(root=root, user=out, reason="Cousin", made_by=by, made_at=now())


def named(root: Root, whom: User, by: User) -> Grant:
    return Grant.objects.create(root=root, user=whom, kind=Grant.NAMED, from_at=now(), made_by=by)


def many_things(owner: User, amount: int, subject: PersonRecord | None = None) -> list[Case]:
    """Cases made in bulk, an hour apart, the newest first; with a subject if one is given."""
    at, where = now(), team()
    roots = Root.objects.bulk_create(
        Root(reference=reference, agency=where.agency, team=where, created_at=at)
        for reference in fresh("LP", amount)
    )
    cases = Case.objects.bulk_create(
        Case(
            root=root,
            desk=DESK.key,
            state="held",
            owner=owner,
            opened_at=at - timedelta(hours=hours),
            next_due_at=at + timedelta(hours=hours),
        )
        for hours, root in enumerate(roots, start=1)
    )
    Thing.objects.bulk_create(Thing(case=case, found_at=case.opened_at) for case in cases)
    if subject is not None:
        Party.objects.bulk_create(
            Party(case=case, record=subject, role="subject") for case in cases
        )
    return cases


def audited(operation: str) -> list[dict[str, Any]]:
    """What the audit log says of one operation, oldest first."""
    rows = AuditEntry.objects.filter(operation=operation).order_by("seq")
    return [json.loads(row.body) for row in rows]

"""A row for each table that is empty in the sweeps' world and takes what somebody types."""

from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone

from tests.sweeps.cast import actor
from tests.sweeps.world import World
from wansdyke.access.models import ApiToken, ForceSetting, Load, Team, User
from wansdyke.casework.models import (
    Case,
    ContactAttempt,
    HandOver,
    Leaving,
    LeavingDecision,
    RetentionReview,
)
from wansdyke.casework.subject_access import pieces_of
from wansdyke.desks.contact.models import (
    BriefRating,
    Contact,
    FeedArrival,
    FeedConflict,
    Missing,
    Search,
    Triage,
    TriageFeedback,
)
from wansdyke.directory import DESKS
from wansdyke.people.models import (
    PersonRecord,
    Population,
    PopulationShare,
    PublishedCrime,
    PublishedOutcome,
)

WORDS = "Some words"


def make(world: World) -> None:
    """Makes them, where the pages that are opened show them."""
    now = timezone.now()
    _of_accounts(now)
    _of_files(now)
    call = Contact.objects.get(case__root__reference=world.stories["call:received"].reference)
    _of_calls(call, now)
    _of_cases(call.case, now)
    _of_requests(now)


def _user(username: str) -> User:
    found: User = User.objects.get(username=username)
    return found


def _of_accounts(now: datetime) -> None:
    ada = _user("ada")
    ForceSetting.objects.create(
        key="contact.immediate-minutes", value=15, from_at=now, by=ada, reason=WORDS
    )
    ApiToken.objects.create(
        user=ada, name=WORDS, sha256="0" * 64, made_at=now, expires_at=now + timedelta(days=9)
    )
    for place, username in enumerate(("sasha", "hedda", "ada", "priti", "carol")):
        key = {"name": WORDS, "lookup": f"{place:064}", "credential": "", "verified": True}
        kind = Authenticator.Type.WEBAUTHN
        Authenticator.objects.create(user=_user(username), type=kind, data=key)


def _of_files(now: datetime) -> None:
    load = Load.objects.order_by("pk").first()
    crime = PublishedCrime.objects.order_by("pk").first()
    assert load
    assert crime
    said: dict[str, Any] = {"code": "E01000001", "year": 2024, "people": 1500, "source": WORDS}
    Population.objects.create(load=load, **said)
    share: dict[str, Any] = {"characteristic": "sex", "value": "female", "people": 9, "year": 2021}
    PopulationShare.objects.create(load=load, source=WORDS, **share)
    PublishedOutcome.objects.create(load=load, crime=crime, outcome=WORDS)
    FeedArrival.objects.create(way="folder", source=WORDS, by=_user("ada"), at=now, arrived=1)


def _of_calls(call: Contact, now: datetime) -> None:
    sasha = _user("sasha")
    FeedConflict.objects.create(
        contact=call, field="where", section="address", said=WORDS, noted_at=now
    )
    missing, triage = Missing.objects.order_by("pk").first(), Triage.objects.order_by("pk").first()
    assert missing
    assert triage
    Search.objects.create(
        missing=missing, where=WORDS, searched_by=WORDS, from_at=now, result=WORDS,
        logged_by=sasha, logged_at=now,
    )  # fmt: skip
    TriageFeedback.objects.create(triage=triage, by=sasha, helped="no", words=WORDS, at=now)
    rating = BriefRating.RATINGS[0][0]
    BriefRating.objects.create(contact=call, by=sasha, rating=rating, words=WORDS, at=now)


def _of_cases(case: Case, now: datetime) -> None:
    olivia, today = _user("olivia"), now.date()
    team = Team.objects.get(key="control-room")
    HandOver.objects.create(team=team, text=WORDS, by=olivia, at=now)
    record = PersonRecord.objects.filter(parts__case=case).order_by("pk").first()
    assert record
    ContactAttempt.objects.create(
        case=case, reference="CA-0000-0001", record=record, channel="call", gate="yes",
        against=WORDS, outcome="reached", words=WORDS, by=olivia, at=now,
    )  # fmt: skip
    RetentionReview.objects.create(
        root=case.root, reference="RV-0000-0001", by=_user("ray"), at=now, group=3,
        next_on=today + timedelta(days=99), rule_version=1, reason=WORDS,
    )  # fmt: skip


def _of_requests(now: datetime) -> None:
    leaving = Leaving.objects.get()
    piece = pieces_of(leaving, actor("ray"), now, DESKS)[0].piece
    LeavingDecision.objects.create(
        leaving=leaving, root=piece.root, item=piece.key, digest=piece.digest, outcome="redacted",
        phrases=[WORDS], reason=WORDS, by=_user("ray"), at=now,
    )  # fmt: skip

"""Sharing a case: exactly what was chosen, at once, until it ends; and what it takes to do it."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.home import cast
from tests.lost_property.desk import DESK
from wansdyke.access.models import Agency, Grant, Notice, Root, User
from wansdyke.access.posts import Right
from wansdyke.access.scope import can, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework import markers, parties, sharing
from wansdyke.casework.models import Case, Marker, Share
from wansdyke.casework.queries import OutOfScope
from wansdyke.casework.recipients import like, recipient
from wansdyke.history.models import AuditEntry, Event
from wansdyke.kernel.calendar import end_of_day, london
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db
TERMS: dict[str, Any] = {
    "sections": frozenset({Section.IDENTITY, Section.NARRATIVE}),
    "level": 1,
    "purpose": "Support at home",
    "lawful_basis": "safeguarding",
    "gateway": "ca-10-11",
    "proportionality": "They visit twice a week and must know whom they meet.",
}


@pytest.fixture
def kim() -> User:
    return cast.user("kim", cast.KEEPER)


@pytest.fixture
def pat() -> User:
    """A partner of a charity, who sees nothing yet."""
    charity = Agency.objects.create(key="refuge", name="Refuge North", kind="charity")
    return cast.user("pat", "partner", at=cast.team("refuge-team", charity))


@pytest.fixture
def case(kim: User) -> Case:
    return cast.thing(kim, parties=[cast.record(forename="Ann", surname="Smith")]).case


def shared(case: Case, to: str, by: User, **given: Any) -> Share:
    kind, _, key = to.partition(":")
    terms = sharing.Terms(**{**TERMS, **given})
    whom = recipient(case, kind, key, cast.now())
    sharing.share(case, whom, terms, by=cast.actor(by), at=cast.now(), key=uuid4().hex)
    return Share.objects.order_by("-pk")[0]


def sees(user: User, root: Root, right: Right = Right.VIEW) -> bool:
    return can(cast.actor(user), right, root, cast.now())


@pytest.mark.parametrize("to", ["agency:refuge", "team:refuge-team", "person:pat"])
def test_it_opens_the_chosen_sections_at_once_to_whom_it_is_shared_with(
    case: Case, kim: User, pat: User, to: str
) -> None:
    assert not sees(pat, case.root)
    shared(case, to, kim)
    assert sees(pat, case.root)
    assert not sees(pat, case.root, Right.COMMENT)
    found = sections_of(cast.actor(pat), [case.root.pk], cast.now())[case.root.pk]
    assert found == {Section.CORE, Section.IDENTITY, Section.NARRATIVE}
    record = case.parties.get().record
    assert sees(pat, record.root)
    council = cast.agency("council", home=False)
    other = cast.user("olu", "partner", at=cast.team("elsewhere", council))
    assert not sees(other, case.root)


def test_taken_back_it_opens_nothing_neither_case_nor_record(
    case: Case, kim: User, pat: User
) -> None:
    made = shared(case, "team:refuge-team", kim, level=3)
    assert sees(pat, case.root, Right.EDIT)
    given = {"by": cast.actor(kim), "at": cast.now()}
    sharing.revoke(case, made.reference, reason="They left", key="a", **given)
    assert not sees(pat, case.root)
    assert not sees(pat, case.parties.get().record.root)
    with pytest.raises(Refused, match="ended already"):
        sharing.revoke(case, made.reference, reason="Again", key="b", **given)


def test_of_two_shares_the_other_stands(case: Case, kim: User, pat: User) -> None:
    first = shared(case, "team:refuge-team", kim)
    shared(case, "team:refuge-team", kim)
    given = {"by": cast.actor(kim), "at": cast.now(), "key": "a"}
    sharing.revoke(case, first.reference, reason="Twice", **given)
    assert sees(pat, case.root)
    assert sees(pat, case.parties.get().record.root)


def test_who_joins_later_is_opened_and_shut_with_the_rest(case: Case, kim: User, pat: User) -> None:
    made = shared(case, "person:pat", kim)
    later = cast.record(forename="Bo", surname="Smith")
    given: dict[str, Any] = {"by": cast.actor(kim), "at": cast.now()}
    parties.add_person(case, "subject", desk=DESK, record=later, key="add", **given)
    assert sees(pat, later.root)
    sharing.revoke(case, made.reference, reason="Over", key="stop", **given)
    assert not sees(pat, later.root)


def test_it_ends_by_itself_after_ninety_days_or_on_the_day_said(
    case: Case, kim: User, pat: User
) -> None:
    made = shared(case, "person:pat", kim)
    assert made.until_at is not None
    assert made.until_at - made.at == timedelta(days=90)
    assert not can(cast.actor(pat), Right.VIEW, case.root, made.until_at)
    soon = cast.now() + timedelta(days=2)
    assert shared(case, "person:pat", kim, until=soon).until_at == soon


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"purpose": " "}, "purpose"),
        ({"proportionality": ""}, "proportionality"),
        ({"lawful_basis": "consent"}, "lawful_basis"),
        ({"gateway": "none"}, "gateway"),
        ({"level": 4}, "level"),
        ({"sections": frozenset({Section.STAFF})}, "sections"),
        ({"until": cast.now() - timedelta(days=1)}, "until"),
        ({"until": cast.now() + timedelta(days=400)}, "until"),
    ],
)
def test_what_a_share_may_not_say(
    case: Case, kim: User, pat: User, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        shared(case, "person:pat", kim, **given)
    assert refused.value.field == field
    assert not Share.objects.exists()
    assert not sees(pat, case.root)


def test_nobody_shares_what_they_do_not_see(case: Case, kim: User, pat: User) -> None:
    helper = cast.user("hal", cast.KEEPER, at=cast.team("other-store"))
    with pytest.raises(OutOfScope):
        shared(case, "person:pat", helper)
    shared(case, "person:hal", kim, level=3, sections=frozenset({Section.IDENTITY}))
    with pytest.raises(OutOfScope):
        shared(case, "person:pat", helper)


def test_restricted_goes_to_named_people_only_and_sealed_to_nobody(
    case: Case, kim: User, pat: User
) -> None:
    Root.objects.filter(pk=case.pk).update(marking=Root.RESTRICTED)
    case.root.refresh_from_db()
    with pytest.raises(OutOfScope):
        shared(case, "team:refuge-team", kim)
    shared(case, "person:pat", kim)
    assert sees(pat, case.root)
    Root.objects.filter(pk=case.pk).update(marking=Root.SEALED)
    case.root.refresh_from_db()
    assert not sees(pat, case.root)
    with pytest.raises(OutOfScope):
        shared(case, "person:pat", kim)


def test_it_lives_as_long_as_the_marker_it_serves(case: Case, kim: User, pat: User) -> None:
    given: dict[str, Any] = {"by": cast.actor(kim), "at": cast.now()}
    markers.publish(
        case,
        case.parties.get().record.person,
        kind="violence",
        text="Knives",
        source="Patrol",
        review_by=cast.now().date() + timedelta(days=30),
        key="mark",
        **given,
    )
    marker = case.root.markers.get()
    made = shared(case, "person:pat", kim, marker=marker)
    assert made.until_at is None
    later = cast.now() + timedelta(days=400)
    assert can(cast.actor(pat), Right.VIEW, case.root, later)
    markers.withdraw(case, marker.reference, reason="Wrong man", key="gone", **given)
    assert not sees(pat, case.root)
    assert Share.objects.get().revoke_reason == "The marker that it served was withdrawn."


def a_marker(case: Case, by: User, **given: Any) -> Marker:
    today = london(cast.now()).date()
    said: dict[str, Any] = {"kind": "violence", "text": "Knives", "source": "Patrol"}
    said |= {"review_by": today + timedelta(days=30), "key": uuid4().hex, **given}
    who: dict[str, Any] = {"by": cast.actor(by), "at": cast.now()}
    markers.publish(case, case.parties.get().record.person, **said, **who)
    return Marker.objects.latest("pk")


def test_it_follows_its_marker_to_another_end_on_every_root(
    case: Case, kim: User, pat: User
) -> None:
    today = london(cast.now()).date()
    marker = a_marker(case, kim, until_date=today + timedelta(days=10))
    made = shared(case, "person:pat", kim, marker=marker)
    usual = shared(case, "person:pat", kim)
    sharing.revoke(case, usual.reference, reason="Not needed", key="r",
                   by=cast.actor(kim), at=cast.now())  # fmt: skip
    roots = (case.root, case.parties.get().record.root)
    given: dict[str, Any] = {"by": cast.actor(kim), "at": cast.now(), "reason": "Holds"}
    given["review_by"] = today + timedelta(days=60)

    def open_in(days: int) -> set[bool]:
        then = cast.now() + timedelta(days=days)
        return {can(cast.actor(pat), Right.VIEW, root, then) for root in roots}

    assert (open_in(9), open_in(12)) == ({True}, {False})
    markers.review(case, marker.reference, key="longer", until_date=today + timedelta(days=40),
                   **given)  # fmt: skip
    assert (open_in(12), open_in(39), open_in(42)) == ({True}, {True}, {False})
    markers.review(case, marker.reference, key="same", **given)
    assert open_in(39) == {True}
    markers.review(case, marker.reference, key="shorter", until_date=today + timedelta(days=3),
                   **given)  # fmt: skip
    assert (open_in(2), open_in(5)) == ({True}, {False})
    made.refresh_from_db()
    assert made.until_at == end_of_day(today + timedelta(days=3))
    assert Event.objects.filter(root=case.root, name="share follows its marker").count() == 2
    assert set(Grant.objects.filter(source=usual.reference).values_list("until_at", flat=True)) == {
        usual.until_at
    }


def test_who_joins_while_the_marker_stands_is_shut_with_it(
    case: Case, kim: User, pat: User
) -> None:
    marker = a_marker(case, kim)
    shared(case, "team:refuge-team", kim, marker=marker)
    later = cast.record(forename="Bo", surname="Smith")
    given: dict[str, Any] = {"by": cast.actor(kim), "at": cast.now()}
    parties.add_person(case, "subject", desk=DESK, record=later, key="add", **given)
    assert sees(pat, later.root)
    markers.withdraw(case, marker.reference, reason="Over", key="gone", **given)
    assert not sees(pat, later.root)
    assert not sees(pat, case.root)
    assert not Grant.objects.filter(kind=Grant.SHARE, revoked_at=None).exists()


def test_a_last_day_in_the_past_is_refused_and_ends_no_share(
    case: Case, kim: User, pat: User
) -> None:
    marker = a_marker(case, kim)
    shared(case, "person:pat", kim, marker=marker)
    today = london(cast.now()).date()
    with pytest.raises(Refused) as refused:
        markers.review(case, marker.reference, review_by=today + timedelta(days=60), reason="Holds",
                       until_date=today - timedelta(days=1), by=cast.actor(kim), at=cast.now(),
                       key="past")  # fmt: skip
    assert refused.value.field == "until_date"
    assert sees(pat, case.root)


def test_it_is_told_logged_and_counted_once(case: Case, kim: User, pat: User) -> None:
    whom = recipient(case, "person", "pat", cast.now())
    terms = sharing.Terms(**TERMS)
    for _ in range(2):
        sharing.share(case, whom, terms, by=cast.actor(kim), at=cast.now(), key="once")
    made = Share.objects.get()
    assert Grant.objects.filter(source=made.reference, root=case.root).count() == 1
    assert Notice.objects.filter(user=pat).count() == 1
    assert Event.objects.filter(root=case.root, name="shared").count() == 1
    entry = AuditEntry.objects.get(operation="disclosure")
    record = case.parties.get().record
    assert set(entry.subjects.values_list("reference", flat=True)) == {
        case.root.reference,
        record.root.reference,
    }
    assert "Support at home" not in entry.body


def test_whoever_is_sought_is_found_however_spelt(case: Case, kim: User, pat: User) -> None:
    User.objects.filter(pk=pat.pk).update(name="Patricia Llewellyn")
    for words in ("patricia", "Llewelyn", "pat llewellin", "refuge"):
        assert "pat" in [one.key for one in like(case, words, cast.now())], words
    assert like(case, "Refuge North", cast.now())[0].kind == "agency"
    Agency.objects.filter(key="refuge").update(agreement_until=date(2020, 1, 1))
    assert like(case, "patricia", cast.now()) == []


def test_the_preview_is_what_they_see_and_leaves_nothing_behind(
    case: Case, kim: User, pat: User
) -> None:
    client = cast.signed_in(kim)
    address = f"/{case.desk}/{case.root.reference}/shares/new/?to=person:pat"
    form = {
        "key": "once",
        "sections": ["identity"],
        "level": "1",
        "purpose": "Support",
        "lawful_basis": "safeguarding",
        "gateway": "",
        "proportionality": "No less would do.",
        "lasts": "usual",
    }
    cast.locked(case.root, pat, kim)
    page = client.post(address, form).content.decode()
    assert "Ann Smith" in page
    assert "Held back" in page
    assert not Share.objects.exists()
    assert not Grant.objects.filter(kind=Grant.SHARE).exists()
    assert not Notice.objects.filter(user=pat).exists()
    assert not sees(pat, case.root)
    case.root.locks.update(lifted_at=cast.now())
    again = client.post(address, {**form, "change": "yes"}).content.decode()
    assert "See what they will see" in again
    done = client.post(address, {**form, "stage": "send"})
    assert done.status_code == 302
    assert sees(pat, case.root)
    theirs = cast.signed_in(pat).get(f"/{case.desk}/{case.root.reference}/").content.decode()
    assert "Ann Smith" in theirs
    assert "it is shared with you to read until" in theirs


def test_the_preview_tells_nothing_that_is_open_to_them_besides(kim: User, case: Case) -> None:
    other = cast.team("other-store")
    ola = cast.user("ola", cast.KEEPER, at=other)
    theirs = cast.record(forename="Zelda", surname="Hidden", at=other)
    mine = cast.thing(kim, parties=[theirs]).case
    cast.named(theirs.root, ola, ola)
    form = {"key": "once", "sections": ["identity"], "level": "1", "purpose": "Support"}
    form |= {"lawful_basis": "policing", "gateway": "", "lasts": "usual"}
    form |= {"proportionality": "No less would do."}
    for to in ("person:ola", "team:other-store"):
        address = f"/{mine.desk}/{mine.root.reference}/shares/new/?to={to}"
        page = cast.signed_in(kim).post(address, form).content.decode()
        assert "What " in page
        assert "Zelda" not in page


def test_a_persons_log_says_to_whom_they_were_opened(case: Case, kim: User, pat: User) -> None:
    made = shared(case, "person:pat", kim)
    record = case.parties.get().record
    address = f"/people/{record.person.reference}/"
    assert "disclosures/" in cast.signed_in(kim).get(address).content.decode()
    page = cast.signed_in(kim).get(f"{address}disclosures/").content.decode()
    assert page.count(made.reference) == 2
    assert "Pat, Refuge North" in page
    assert "Support at home" in page
    theirs = cast.signed_in(pat)
    assert "disclosures/" not in theirs.get(address).content.decode()
    assert theirs.get(f"{address}disclosures/").status_code == 404


def test_nobody_shares_with_themselves(kim: User, case: Case) -> None:
    with pytest.raises(Refused, match="with yourself"):
        shared(case, "person:kim", kim)


def test_the_register_holds_what_is_in_scope(case: Case, kim: User, pat: User) -> None:
    made = shared(case, "person:pat", kim)
    shown = cast.signed_in(kim).get("/shares/").content.decode()
    assert made.reference in shown
    assert "Support at home" in shown
    elsewhere = cast.user("hal", cast.KEEPER, at=cast.team("other-store"))
    assert made.reference not in cast.signed_in(elsewhere).get("/shares/").content.decode()
    assert cast.signed_in(pat).get("/shares/").status_code == 404

"""Judging who is who: one person by a decision, undone exactly, and never seen further for it."""

import uuid
from datetime import date

import pytest

from tests.home import cast
from wansdyke.access.models import ForceSetting, Root, User
from wansdyke.access.scope import OutOfScope
from wansdyke.history.models import Event
from wansdyke.home.search import destination
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.faces import faces
from wansdyke.linkage.found import Query
from wansdyke.linkage.judging import judge, undo
from wansdyke.linkage.lookup import find_people
from wansdyke.linkage.models import Suggestion
from wansdyke.linkage.pairing import pair_new
from wansdyke.linkage.waiting import conflicts, disagreements
from wansdyke.people.models import Judgement, PersonRecord
from wansdyke.people.records import lives_at, place_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim() -> User:
    return cast.user("kim", cast.KEEPER)


def said(
    kim: User, left: PersonRecord, right: PersonRecord, verdict: str = "same", **more: object
) -> Judgement:
    given = {"reason": "The same face", "key": uuid.uuid4().hex, **more}
    made = judge(left, right, verdict, by=cast.actor(kim), at=cast.now(), **given)  # type: ignore[arg-type]
    return Judgement.objects.get(reference=made)


def undone(kim: User, judgement: Judgement) -> None:
    actor = cast.actor(kim)
    undo(judgement, reason="A mistake", by=actor, at=cast.now(), key=uuid.uuid4().hex)


def people(*records: PersonRecord) -> list[int]:
    return [PersonRecord.objects.get(pk=one.pk).person_id for one in records]


def test_the_same_makes_one_person_of_a_chain_and_undoing_restores_exactly(kim: User) -> None:
    one, two, three = (cast.record(forename="Ann", surname=s) for s in ("Smith", "Smyth", "Smythe"))
    before = people(one, two, three)
    first = said(kim, two, three)
    second = said(kim, one, two)
    assert len(set(people(one, two, three))) == 1
    (found,) = find_people(cast.actor(kim), cast.now(), Query(forename="Ann", surname="Smith"))
    assert len(found.records) == 3
    undone(kim, first)
    assert people(one, two) == [before[0]] * 2
    assert people(three) == [before[2]]
    undone(kim, second)
    assert people(one, two, three) == before
    assert not PersonRecord.objects.exclude(first_person=None).exists()
    assert Judgement.objects.count() == 2
    events = Event.objects.filter(root=one.root).values_list("name", flat=True)
    assert {"judged", "judgement undone"} <= set(events)


def test_a_different_inside_a_chain_is_a_conflict_that_joins_nothing(kim: User) -> None:
    one, two, three = (cast.record(forename="Ann", surname="Smith") for _ in range(3))
    said(kim, one, three, "different")
    said(kim, one, two)
    last = said(kim, two, three)
    assert people(one) == people(two) != people(three)
    assert list(conflicts(cast.actor(kim), cast.now())) == [last]
    undone(kim, Judgement.objects.get(verdict="different"))
    assert len(set(people(one, two, three))) == 1
    assert not conflicts(cast.actor(kim), cast.now()).exists()


def test_a_marker_goes_with_the_record_it_is_about(kim: User) -> None:
    marked, other = (cast.record(forename="Ann", surname="Smith") for _ in range(2))
    case = cast.thing(kim, parties=[other]).case
    marker = cast.marker(case.root, kim, person=other.person)
    judgement = said(kim, marked, other)
    marker.refresh_from_db()
    assert marker.person_id == people(marked)[0] == people(other)[0]
    undone(kim, judgement)
    marker.refresh_from_db()
    assert marker.person_id == other.person_id
    assert marker.first_person_id is None


def test_nobody_sees_through_a_link_what_they_did_not_see_before(kim: User) -> None:
    manager = cast.user("rory", "records-manager")
    mine = cast.record(forename="Ann", surname="Smith")
    theirs = cast.record(forename="Nan", surname="Hidden", at=cast.team("other-store"))
    case = cast.thing(kim, parties=[mine]).case
    cast.marker(case.root, kim, person=mine.person)
    operator = cast.actor(cast.user("olu", cast.OPERATOR, at=cast.team("control-room")))
    said(manager, mine, theirs)
    (found,) = find_people(cast.actor(kim), cast.now(), Query(surname="Smith"))
    assert [seen.record for seen in found.records] == [mine]
    assert len(find_people(cast.actor(kim), cast.now(), Query(surname="Hidden"))) == 0
    assert [str(face) for face in faces(operator, cast.now())] == ["Ann Smith"]
    assert len(find_people(operator, cast.now(), Query(surname="Hidden"))) == 0
    page = cast.signed_in(kim).get(f"/people/{found.person.reference}/").content.decode()
    assert theirs.root.reference not in page


def test_only_whoever_sees_both_records_judges_them(kim: User) -> None:
    mine = cast.record(forename="Ann", surname="Smith")
    theirs = cast.record(forename="Ann", surname="Smith", at=cast.team("other-store"))
    for hidden in (theirs, cast.record(surname="Smith", marking=Root.RESTRICTED)):
        with pytest.raises(OutOfScope):
            said(kim, mine, hidden)
    assert not Judgement.objects.exists()


def test_a_pair_is_judged_once_with_a_reason_and_a_verdict(kim: User) -> None:
    one, two = (cast.record(forename="Ann", surname="Smith") for _ in range(2))
    for wrong in ({"reason": " "}, {"verdict": "perhaps"}, {"reason": "x" * 301}):
        with pytest.raises(Refused):
            said(kim, one, two, **wrong)
    with pytest.raises(Refused):
        said(kim, one, one)
    key = uuid.uuid4().hex
    assert said(kim, one, two, key=key) == said(kim, two, one, key=key)
    with pytest.raises(Refused):
        said(kim, one, two, "different")
    assert Judgement.objects.count() == 1


def test_a_second_opinion_is_another_persons_and_moves_nothing(kim: User) -> None:
    one, two = (cast.record(forename="Ann", surname="Smith") for _ in range(2))
    said(kim, one, two)
    with pytest.raises(Refused):
        said(kim, one, two, "different", again=True)
    second = said(cast.user("kit", cast.KEEPER), one, two, "different", again=True)
    assert len(set(people(one, two))) == 1
    assert list(disagreements(cast.actor(kim), cast.now())) == [second]
    three, four = (cast.record(forename="Ann", surname="Smith") for _ in range(2))
    said(kim, one, three, "different")
    said(kim, three, four)
    said(cast.user("kat", cast.KEEPER), three, four, again=True)
    assert list(disagreements(cast.actor(kim), cast.now())) == [second]


def alike() -> tuple[PersonRecord, PersonRecord]:
    born = {"date_of_birth": date(1985, 3, 12), "phone": "07700 900123", "sex": "female"}
    return (
        cast.record(forename="Katherine", surname="Thompson", **born),
        cast.record(forename="Kathrine", surname="Thomson", **born),
    )


def test_new_records_are_paired_once_with_reasons_and_what_speaks_against_it(kim: User) -> None:
    one, two = alike()
    twin = cast.record(
        forename="Sarah", surname="Thompson", date_of_birth=date(1985, 3, 12), sex="female",
        phone="07700 900123",
    )  # fmt: skip
    cast.record(forename="Mary", surname="Evans", date_of_birth=date(1971, 2, 3))
    pair_new(cast.now())
    pairs = {(s.left_id, s.right_id): s for s in Suggestion.objects.all()}
    assert pairs[one.pk, two.pk].contradiction == ""
    assert "Same date of birth" in pairs[one.pk, two.pk].reasons
    assert "Different forenames" in pairs[one.pk, twin.pk].contradiction
    assert pair_new(cast.now()) == 0
    assert people(one) != people(two), "a suggestion joins nothing"
    said(kim, one, two)
    assert Suggestion.objects.get(left=one, right=two).state == "judged"


def test_only_where_the_force_chose_so_are_pairs_joined_and_never_against_a_contradiction(
    kim: User,
) -> None:
    boss = cast.user("boss", "administrator")
    ForceSetting.objects.create(key="linking.join", value=95, from_at=cast.now(), by=boss)
    one, two = alike()
    twin = cast.record(
        forename="Sarah", surname="Thompson", date_of_birth=date(1985, 3, 12), sex="female",
        phone="07700 900123",
    )  # fmt: skip
    pair_new(cast.now())
    assert people(one) == people(two) != people(twin)
    (judgement,) = Judgement.objects.all()
    assert (judgement.automatic, judgement.by.username) == (True, "system")


def test_nothing_is_joined_by_way_of_a_third_that_says_too_little(kim: User) -> None:
    boss = cast.user("boss", "administrator")
    ForceSetting.objects.create(key="linking.join", value=50, from_at=cast.now(), by=boss)
    born = {"date_of_birth": date(1985, 3, 12), "surname": "Thompson", "phone": "07700 900123"}
    sarah = cast.record(forename="Sarah", **born)
    katherine = cast.record(forename="Katherine", **born)
    cast.record(**born)
    pair_new(cast.now())
    assert people(sarah) != people(katherine)
    assert Judgement.objects.filter(automatic=True).exists()


def test_people_who_live_together_are_no_pair_for_that_alone(kim: User) -> None:
    shared = {"surname": "Thompson", "phone": "07700 900123"}
    for forename, year in (("Katherine", 1985), ("Daniel", 1979)):
        held = cast.record(forename=forename, date_of_birth=date(year, 3, 12), **shared)
        home = place_for("12 Lantern Lane, Swindon", "SN1 2AB")
        assert home is not None
        lives_at(held, home)
    pair_new(cast.now())
    assert not Suggestion.objects.exists()


def test_what_a_changed_record_makes_unlikely_leaves_the_queue(kim: User) -> None:
    one, two = alike()
    pair_new(cast.now())
    columns = {"forename_key": "mary", "surname_key": "evans", "forename": "Mary",
               "surname": "Evans", "date_of_birth": date(1950, 1, 1), "phone_key": "", "phone": "",
               "paired": False}  # fmt: skip
    PersonRecord.objects.filter(pk=two.pk).update(**columns)
    pair_new(cast.now())
    assert Suggestion.objects.get(left=one, right=two).state == "gone"


def test_the_queue_its_keys_and_the_way_back(kim: User) -> None:
    one, two = alike()
    pair_new(cast.now())
    (pair,) = Suggestion.objects.all()
    client = cast.signed_in(kim)
    assert pair.reference in client.get("/linking/").content.decode()
    path = f"/linking/{pair.reference}/"
    shown = client.get(path).content.decode()
    assert 'data-keys="s:same d:different u:unsure"' in shown
    assert "Kathrine" in shown
    empty = client.post(path, {"key": uuid.uuid4().hex}).content.decode()
    assert "Choose whether they are the same person" in empty
    sent = {"key": uuid.uuid4().hex, "verdict": "same", "reason": "The same face"}
    assert client.post(path, sent).status_code == 302
    assert people(one) == people(two)
    (judgement,) = Judgement.objects.all()
    old = client.get(f"/people/{two.person.reference}/")
    assert old.headers["Location"] == f"/people/{one.person.reference}/"
    assert destination(cast.actor(kim), cast.now(), two.person.reference) == old.headers["Location"]
    page = client.get(f"/people/{PersonRecord.objects.get(pk=one.pk).person.reference}/")
    assert "The same face" in page.content.decode()
    back = f"/linking/judgements/{judgement.reference}/"
    assert client.post(back, {"key": uuid.uuid4().hex, "reason": "No"}).status_code == 302
    assert people(one) != people(two)
    other = cast.signed_in(cast.user("kit", cast.KEEPER, at=cast.team("other-store")))
    assert other.get(path).status_code == other.get(back).status_code == 404

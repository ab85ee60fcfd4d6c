"""People and places of a case: added, ended, corrected; and whose records open with the case."""

import uuid
from typing import Any

import pytest

from tests.home.cast import KEEPER, actor, audited, locked, now, place, record, team, thing, user
from tests.lost_property.desk import DESK
from wansdyke.access.models import Grant, Root, User
from wansdyke.access.posts import Right
from wansdyke.casework import parties, tasks
from wansdyke.casework.models import Case, CasePlace, Party
from wansdyke.casework.parties import Alike
from wansdyke.casework.queries import OutOfScope, may_also
from wansdyke.history.door import Stale
from wansdyke.history.models import Change, Event
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db
MARY = {"forename": "Mary", "surname": "O’Brien-Gold", "phone": "07700 900123"}


@pytest.fixture
def ann() -> User:
    return user("ann", KEEPER)


@pytest.fixture
def case(ann: User) -> Case:
    return thing(ann).case


def when(by: User) -> dict[str, Any]:
    return {"by": actor(by), "at": now(), "key": uuid.uuid4().hex}


def added(case: Case, by: User, role: str = "subject", **given: Any) -> PersonRecord:
    given = {"desk": DESK, **when(by), **given}
    parties.add_person(case, role, **given)
    return Party.objects.filter(case=case).latest("pk").record


def test_somebody_new_is_recorded_for_the_case_s_team(case: Case, ann: User) -> None:
    typed = {**MARY, "address": "1 High Street", "postcode": "SN1 1AA"}
    made = added(case, ann, typed=typed, note="Brought it in")
    assert made.root.team == case.root.team
    assert made.source == f"lost-property: {case.root.reference}"
    assert made.surname_key == "obriengold"
    assert str(made.root.residences.get().place) == "1 High Street, SN1 1AA"
    assert Party.objects.get().note == "Brought it in"
    assert Event.objects.filter(root=case.root, name="person added").count() == 1
    assert made.root.reference in audited("collection")[-1]["subjects"]


def test_a_record_in_scope_is_added_by_reference(case: Case, ann: User) -> None:
    known = record(surname="Known")
    assert added(case, ann, record=known) == known
    with pytest.raises(Refused) as refused:
        added(case, ann, record=known)
    assert refused.value.field == "role"


def test_a_record_out_of_scope_is_not_there(case: Case, ann: User) -> None:
    hidden = record(at=team("other"), surname="Hidden")
    with pytest.raises(OutOfScope):
        parties.record_in_scope(actor(ann), hidden.root.reference, now())
    with pytest.raises(OutOfScope):
        added(case, ann, record=hidden)
    assert not Party.objects.exists()


@pytest.mark.parametrize(
    "known",
    [
        {"surname": "Someone", "phone": "+44 7700 900123"},
        {"forename": "mary", "surname": "OBrien Gold"},
    ],
)
def test_somebody_alike_must_be_set_aside_first(
    case: Case, ann: User, known: dict[str, Any]
) -> None:
    there = record(**known)
    with pytest.raises(Alike) as alike:
        added(case, ann, typed=MARY)
    assert alike.value.records == [there]
    assert alike.value.field == "chosen"
    assert PersonRecord.objects.count() == 1
    made = added(case, ann, typed=MARY, not_these=[there.root.reference])
    assert made != there


def test_nobody_out_of_scope_is_named_as_alike(case: Case, ann: User) -> None:
    record(at=team("other"), **MARY)
    shut = record(**MARY)
    locked(shut.root, ann, ann)
    assert added(case, ann, typed=MARY).surname == MARY["surname"]


def test_nothing_typed_and_unknown_parts_are_refused(case: Case, ann: User) -> None:
    for given, field in (({"typed": {}}, "surname"), ({"typed": MARY, "role": "king"}, "role")):
        with pytest.raises(Refused) as refused:
            added(case, ann, **given)
        assert refused.value.field == field


def test_sent_twice_it_is_one_person(case: Case, ann: User) -> None:
    key = uuid.uuid4().hex
    added(case, ann, typed=MARY, key=key)
    added(case, ann, typed=MARY, key=key)
    assert (Party.objects.count(), PersonRecord.objects.count()) == (1, 1)


def test_a_part_ends_with_a_reason_and_can_begin_again(case: Case, ann: User) -> None:
    made = added(case, ann, typed=MARY)
    reference = made.root.reference
    with pytest.raises(Refused) as refused:
        parties.end_part(case, reference, "subject", desk=DESK, reason=" ", **when(ann))
    assert refused.value.field == "reason"
    parties.end_part(case, reference, "subject", desk=DESK, reason="Not hers", **when(ann))
    assert Party.objects.get().ended_at is not None
    with pytest.raises(OutOfScope):
        parties.end_part(case, reference, "subject", desk=DESK, reason="Again", **when(ann))
    added(case, ann, record=made)
    assert Party.objects.filter(ended_at=None).count() == 1


def test_a_correction_keeps_the_old_value_and_the_keys_true(case: Case, ann: User) -> None:
    made = added(case, ann, typed=MARY)
    made.root.refresh_from_db()
    values = {"surname": "Gold", "phone": "01793 496000"}
    parties.correct_person(made, values, version=made.root.version, **when(ann))
    made.refresh_from_db()
    assert (made.surname_key, made.phone_key) == ("gold", "01793496000")
    change = Change.objects.get(record=made.root.reference, field="surname")
    assert (change.old, change.new) == (MARY["surname"], "Gold")


def test_a_stale_correction_writes_nothing(case: Case, ann: User) -> None:
    made = added(case, ann, typed=MARY)
    version = Root.objects.get(pk=made.pk).version
    parties.correct_person(made, {"surname": "Gold"}, version=version, **when(ann))
    with pytest.raises(Stale):
        parties.correct_person(made, {"surname": "Silver"}, version=version, **when(ann))
    made.refresh_from_db()
    assert made.surname == "Gold"


def test_a_correction_leaves_something_that_tells_who_it_is(case: Case, ann: User) -> None:
    made = added(case, ann, typed=MARY)
    version = Root.objects.get(pk=made.pk).version
    blank = dict.fromkeys(MARY, "")
    with pytest.raises(Refused):
        parties.correct_person(made, blank, version=version, **when(ann))


def test_whoever_is_named_on_the_case_is_let_into_its_people(case: Case, ann: User) -> None:
    before = added(case, ann, typed=MARY)
    other = user("ben", KEEPER, at=team("other"))
    Grant.objects.create(
        root=case.root, user=other, kind=Grant.NAMED, from_at=now(), made_by=ann, level=3
    )
    assert not may_also(actor(other), Right.VIEW, before.root, now())
    after = added(case, other, typed={"surname": "Later"})
    for one in (before, after):
        assert may_also(actor(other), Right.EDIT, one.root, now())
    assert parties.let_in(case.root, now()) == 0


def test_an_action_lets_its_owner_into_the_people(case: Case, ann: User) -> None:
    made = added(case, ann, typed=MARY)
    other = user("ben", KEEPER)
    tasks.add(case, title="Ring", owner="ben", due_at=now().replace(year=2099), **when(ann))
    other.memberships.all().delete()
    other.memberships.create(team=team("other"), post=KEEPER, from_date=now().date())
    assert may_also(actor(other), Right.VIEW, made.root, now())


def test_records_of_others_and_marked_ones_do_not_open_with_the_case(case: Case, ann: User) -> None:
    theirs = record(at=team("other"), surname="Theirs")
    sealed = record(surname="Sealed", marking=Root.SEALED)
    for one in (theirs, sealed):
        Party.objects.create(case=case, record=one, role="subject")
    parties.let_in(case.root, now())
    assert not Grant.objects.filter(root__in=[theirs.root, sealed.root]).exists()
    assert not may_also(actor(ann), Right.VIEW, sealed.root, now())


def test_places_come_and_go(case: Case, ann: User) -> None:
    for given, field in (
        ({"address": "", "postcode": ""}, "address"),
        ({"address": "1 High Street", "postcode": "", "role": "moon"}, "role"),
    ):
        with pytest.raises(Refused) as refused:
            parties.add_place(case, **{"role": "scene", **given, **when(ann)})
        assert refused.value.field == field
    known = place("1 High Street", "SN1 1AA")
    given: dict[str, Any] = {"address": "1, high street", "postcode": "sn11aa", "role": "scene"}
    key = when(ann)
    parties.add_place(case, **given, **key)
    parties.add_place(case, **given, **key)
    assert CasePlace.objects.get().place == known
    with pytest.raises(Refused):
        parties.add_place(case, **given, **when(ann))
    parties.remove_place(case, known.reference, "scene", **when(ann))
    assert not CasePlace.objects.exists()
    change = Change.objects.get(event__name="place removed", field="place")
    assert (change.old, change.new) == ("1 High Street, SN1 1AA", None)
    with pytest.raises(OutOfScope):
        parties.remove_place(case, known.reference, "scene", **when(ann))


def test_out_of_scope_is_out_of_scope(case: Case, ann: User) -> None:
    made = added(case, ann, typed=MARY)
    stranger = user("zoe", KEEPER, at=team("other"))
    with pytest.raises(OutOfScope):
        added(case, stranger, typed=MARY)
    with pytest.raises(OutOfScope):
        parties.end_part(
            case, made.root.reference, "subject", desk=DESK, reason="x", **when(stranger)
        )
    with pytest.raises(OutOfScope):
        parties.correct_person(made, {"surname": "X"}, version=2, **when(stranger))
    with pytest.raises(OutOfScope):
        parties.add_place(case, address="x", postcode="", role="scene", **when(stranger))

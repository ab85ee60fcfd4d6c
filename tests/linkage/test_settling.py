"""Judging twice, and settling what cannot stand together: whose it is, and the way out of it."""

import io
import uuid
from datetime import date

import pytest
from openpyxl import load_workbook

from tests.home import cast
from tests.linkage.test_judging import alike, people, said, undone
from wansdyke.access.models import ForceSetting, Membership, Notice, Root, User
from wansdyke.access.scope import OutOfScope
from wansdyke.kernel.flow import Refused
from wansdyke.linkage import pairing
from wansdyke.linkage.models import Suggestion
from wansdyke.linkage.pairing import pair_new
from wansdyke.linkage.settling import against, take_on
from wansdyke.linkage.side_by_side import side_by_side
from wansdyke.linkage.waiting import conflicts, is_second, to_judge
from wansdyke.people.models import Judgement, PersonRecord
from wansdyke.people.records import lives_at, place_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim() -> User:
    return cast.user("kim", cast.KEEPER)


@pytest.fixture
def kit() -> User:
    return cast.user("kit", cast.KEEPER)


def suggested(*, again: bool = True) -> Suggestion:
    alike()
    pair_new(cast.now())
    Suggestion.objects.update(again=again)
    return Suggestion.objects.select_related("left__root", "right__root").get()


def test_whoever_judges_again_is_not_told_what_was_judged(kim: User, kit: User) -> None:
    pair = suggested()
    before = cast.signed_in(kit).get(f"/linking/{pair.reference}/").content.decode()
    assert pair.left.person.reference in before
    said(kim, pair.left, pair.right)
    assert is_second(pair, cast.actor(kit))
    shown = cast.signed_in(kit).get(f"/linking/{pair.reference}/").content.decode()
    assert "not told the first" in shown
    assert "one person already" not in shown
    assert "The same face" not in shown
    assert pair.left.person.reference not in shown
    joined = Suggestion.objects.get()
    assert not side_by_side(joined, cast.actor(kit), cast.now(), blind=True)["one_person"]
    first = cast.signed_in(kim).get(f"/linking/{pair.reference}/").content.decode()
    assert "one person already" in first
    assert "The same face" in first


def test_undoing_a_second_opinion_leaves_the_first(kim: User, kit: User) -> None:
    pair = suggested()
    said(kim, pair.left, pair.right)
    second = said(kit, pair.left, pair.right, "different", again=True)
    assert list(against(second, cast.actor(kit), cast.now())) == [
        Judgement.objects.get(again=False)
    ]
    assert not is_second(pair, cast.actor(cast.user("kat", cast.KEEPER)))
    undone(kim, second)
    pair.refresh_from_db()
    assert pair.state == Suggestion.JUDGED
    assert list(to_judge(cast.actor(kit), cast.now(), again=True)) == [pair]
    undone(kim, Judgement.objects.get(again=False))
    with pytest.raises(Refused):
        said(kit, pair.left, pair.right, again=True)


def test_a_case_shared_by_both_is_shown_where_both_records_of_it_are_seen(kim: User) -> None:
    pair = suggested(again=False)
    mine = cast.thing(kim, parties=[pair.left, pair.right]).case
    other = cast.record(
        at=cast.team("other-store"), forename="Al", surname="Hidden", person=pair.right.person
    )
    cast.thing(kim, parties=[pair.left, other])
    shown = side_by_side(pair, cast.actor(kim), cast.now())
    assert shown["shared"] == [mine]
    log = cast.signed_in(kim)
    log.get(f"/linking/{pair.reference}/")
    assert mine.root.reference in cast.audited("consultation")[-1]["subjects"]


def test_whom_each_is_known_with_is_shown_as_far_as_the_judge_may_see(kim: User) -> None:
    pair = suggested(again=False)
    mother = cast.record(forename="Mary", surname="Thompson")
    hidden = cast.record(forename="Paul", surname="Hidden", at=cast.team("other-store"))
    lodger = cast.record(forename="Len", surname="Lodger")
    locked = cast.record(forename="Lou", surname="Locked")
    cast.locked(locked.root, kim, kim)
    home = place_for("12 Lantern Lane, Swindon", "SN1 2AB")
    assert home is not None
    for one in (pair.left, lodger, hidden):
        lives_at(one, home)
    cast.thing(kim, parties=[pair.left, mother, hidden, locked, pair.right])
    left, right = side_by_side(pair, cast.actor(kim), cast.now())["beside"]
    assert [one.name for one in left] == ["Mary Thompson"]
    assert [one.name for one in right] == ["Mary Thompson"]


def conflict(kim: User, kit: User) -> tuple[Judgement, Judgement]:
    """A “same” of kim's that kit's “different” holds back."""
    one, two, three = (cast.record(forename="Ann", surname="Smith") for _ in range(3))
    said(kim, one, two)
    held = said(kim, two, three)
    different = said(kit, one, three, "different")
    held.refresh_from_db()
    return held, different


def test_a_conflict_is_a_task_of_whoever_judged_what_cannot_stand(kim: User, kit: User) -> None:
    held, different = conflict(kim, kit)
    assert (held.held_back, held.owner) == (True, kim)
    (notice,) = Notice.objects.filter(user=kim)
    assert notice.link == f"/linking/judgements/{held.reference}/"
    assert held.reference in cast.signed_in(kim).get("/?show=conflicts").content.decode()
    page = cast.signed_in(kit).get(notice.link).content.decode()
    assert f"/linking/judgements/{different.reference}/" in page
    assert "Kim is to settle it" in page
    undone(kit, different)
    held.refresh_from_db()
    assert (held.held_back, held.owner) == (False, None)
    assert held.reference not in cast.signed_in(kim).get("/?show=conflicts").content.decode()


def test_a_conflict_may_be_taken_on_by_whoever_may_judge_it(kim: User, kit: User) -> None:
    held, _ = conflict(kim, kit)
    path = f"/linking/judgements/{held.reference}/settle/"
    sent = {"key": uuid.uuid4().hex}
    for _ in range(2):
        assert cast.signed_in(kit).post(path, sent).status_code == 302
    held.refresh_from_db()
    assert held.owner == kit
    outside = cast.user("zoe", cast.KEEPER, at=cast.team("other-store"))
    assert cast.signed_in(outside).post(path, {"key": uuid.uuid4().hex}).status_code == 404
    with pytest.raises(OutOfScope):
        take_on(held, by=cast.actor(outside), at=cast.now(), key=uuid.uuid4().hex)
    undone(kit, held)
    with pytest.raises(Refused):
        take_on(held, by=cast.actor(kim), at=cast.now(), key=uuid.uuid4().hex)
    assert not conflicts(cast.actor(kim), cast.now()).exists()


def test_nobody_sees_beside_what_a_judgement_cannot_stand_unless_they_may(kim: User) -> None:
    manager = cast.user("rory", "records-manager")
    one, two = (cast.record(forename="Ann", surname="Smith") for _ in range(2))
    theirs = cast.record(forename="Ann", surname="Smith", at=cast.team("other-store"))
    said(manager, one, theirs, "different")
    said(manager, two, theirs)
    held = said(kim, one, two)
    assert held.held_back
    assert list(against(held, cast.actor(kim), cast.now())) == []
    page = cast.signed_in(kim).get(f"/linking/judgements/{held.reference}/").content.decode()
    assert "may not judge" in page
    assert theirs.root.reference not in page


def test_a_record_changed_while_it_was_weighed_is_weighed_again(
    kim: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = alike()
    weigh = pairing._likely

    def changing(record: PersonRecord, *rest: object) -> object:
        found = weigh(record, *rest)  # type: ignore[arg-type]
        if record.pk == two.pk and Root.objects.filter(pk=two.pk, version=two.root.version):
            Root.objects.filter(pk=two.pk).update(version=two.root.version + 1)
        return found

    monkeypatch.setattr(pairing, "_likely", changing)
    pair_new(cast.now(), most=2)
    assert list(pairing.unpaired()) == [two]
    pair_new(cast.now())
    assert not pairing.unpaired().exists()
    assert Suggestion.objects.filter(left=one, right=two).exists()


def test_nothing_is_joined_without_a_person_that_a_person_judged_different(kim: User) -> None:
    boss = cast.user("boss", "administrator")
    one, two = alike()
    third = cast.record(forename="K", surname="Thompson", date_of_birth=date(1985, 3, 12))
    said(kim, one, third)
    said(kim, third, two, "different")
    ForceSetting.objects.create(key="linking.join", value=50, from_at=cast.now(), by=boss)
    pair_new(cast.now())
    assert people(one) != people(two)
    assert not Judgement.objects.filter(automatic=True).exists()


def test_the_queue_leaves_as_a_file_without_formulas_for_whoever_may_take_it(kim: User) -> None:
    pair = suggested(again=False)
    PersonRecord.objects.filter(pk=pair.left_id).update(surname="=1+1")
    assert "pairs.csv" not in cast.signed_in(kim).get("/linking/").content.decode()
    client = cast.signed_in(cast.user("hal", cast.HEAD))
    assert "pairs.csv" in client.get("/linking/").content.decode()
    csv = b"".join(client.get("/linking/pairs.csv").streaming_content).decode()  # type: ignore[attr-defined]
    # The pair and its records stand in it under pseudonyms.
    assert csv.count('"L-') == 1
    assert csv.count('"R-') == 2
    clear = (pair.reference, pair.left.root.reference, pair.right.root.reference, "1+1")
    assert not [one for one in (*clear, pair.right.surname) if one in csv]
    assert pair.left.root.reference in cast.audited("export")[-1]["subjects"]
    book = load_workbook(io.BytesIO(client.get("/linking/pairs.xlsx").content))
    cells = [cell.value for row in book.active.rows for cell in row]
    assert sum(str(cell).startswith("L-") for cell in cells) == 1
    assert not any(one in str(cell) for one in clear for cell in cells)
    assert not any(cell.data_type == "f" for row in book.active.rows for cell in row)
    outside = cast.user("zoe", cast.HEAD, at=cast.team("other-store"))
    Membership.objects.create(
        user=outside, team=cast.team(), post=cast.KEEPER, from_date=cast.LONG_AGO
    )
    Root.objects.filter(pk=pair.left_id).update(team=cast.team("other-store"))
    assert pair in to_judge(cast.actor(outside), cast.now(), again=False)
    theirs = b"".join(cast.signed_in(outside).get("/linking/pairs.csv").streaming_content)  # type: ignore[attr-defined]
    assert "L-" not in theirs.decode()


def test_the_queue_is_ordered_as_asked(kim: User) -> None:
    pair = suggested(again=False)
    for sort in ("likely", "-since", "nonsense"):
        assert pair.reference in cast.signed_in(kim).get(f"/linking/?sort={sort}").content.decode()

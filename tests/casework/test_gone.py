"""What is left of a record: its tombstone, the cluster it was in, and after an older backup."""

from typing import Any

import pytest

from tests.casework.test_disposal import (
    DESKS,
    ERASE,
    by,
    closed,
    confirmed,
    everything,
    hedda,
    kim,
    means,
    rita,
)
from tests.home import cast
from wansdyke.access.models import Lock, Root, User
from wansdyke.access.references import fresh
from wansdyke.casework import conflicts, disposals, disposing
from wansdyke.casework.disposal_register import lines, note
from wansdyke.casework.disposing import Means, carry_out
from wansdyke.casework.models import Conflict, Disposal, Party
from wansdyke.casework.reapplying import reapply
from wansdyke.history.models import AuditEntry, Change
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.judging import judge
from wansdyke.linkage.models import Suggestion
from wansdyke.people.models import Judgement, PersonRecord

__all__ = ["hedda", "kim", "means", "rita"]
pytestmark = pytest.mark.django_db


def gone(case: Any, rita: User, hedda: User, means: Means, **more: Any) -> Disposal:
    made = confirmed(case, rita, hedda, **more)
    assert carry_out(means, cast.now()) == 1
    return made


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


@pytest.mark.parametrize("rest", ["", "history/", "work/notes/", "edit/", "step/return/"])
def test_who_could_have_seen_it_is_told_and_nobody_else(
    kim: User, rita: User, hedda: User, means: Means, rest: str
) -> None:
    case = closed(kim)
    stranger = cast.user("sid", cast.KEEPER, at=cast.team("elsewhere"))
    shut = cast.user("lou", cast.KEEPER)
    cast.locked(case.root, shut, kim)
    partner = cast.user("pat", "partner", at=cast.team("care", cast.agency("council", home=False)))
    assert partner.agency is not None
    cast.shared(case.root, partner.agency, kim, "core")
    made = gone(case, rita, hedda, means)
    where = f"/lost-property/{case.root.reference}/{rest}"
    for user in (kim, hedda, rita, partner):
        before = AuditEntry.objects.count()
        told = text(cast.signed_in(user).get(where), 410)
        assert "This record was disposed of" in told
        assert "MoPI group 3" in told
        said = cast.audited("consultation")[-1]
        assert (said["subjects"], said["disposed"]) == ([case.root.reference], made.reference)
        assert AuditEntry.objects.count() == before + 1
    missing = cast.signed_in(kim).get(f"/lost-property/{fresh('LP')[0]}/{rest}")
    for user in (stranger, shut):
        client = cast.signed_in(user)
        assert client.get(where).content == missing.content
        assert client.get(where).status_code == 404
        assert cast.audited("denied")[-1]["subjects"] == [case.root.reference]
    assert cast.signed_in(kim).post(where, {}).content == missing.content


def test_a_program_is_told_too(kim: User, rita: User, hedda: User, means: Means) -> None:
    case = closed(kim)
    gone(case, rita, hedda, means)
    where = f"/api/v1/lost-property/cases/{case.root.reference}"
    answer = cast.signed_in(kim).get(where)
    assert answer.status_code == 410
    assert "MoPI group 3" in answer.json()["under"]
    stranger = cast.user("sid", cast.KEEPER, at=cast.team("elsewhere"))
    assert cast.signed_in(stranger).get(where).json() == {"detail": "Not found"}


def test_a_case_shows_that_a_persons_record_is_gone(
    kim: User, rita: User, hedda: User, means: Means
) -> None:
    record = cast.record(forename="Zqannx", surname="Zqsmithx")
    case = closed(kim, parties=[record])
    person = record.known_as
    gone(record, rita, hedda, means, terms=ERASE)
    client = cast.signed_in(kim)
    page = text(client.get(f"/lost-property/{case.root.reference}/"))
    assert "A person whose record was disposed of" in page
    assert "Zqannx" not in everything()
    assert Party.objects.get(case=case).record_id == record.pk
    assert "This record was erased" in text(client.get(f"/people/{person}/"), 410)
    stranger = cast.user("sid", cast.KEEPER, at=cast.team("elsewhere"))
    assert cast.signed_in(stranger).get(f"/people/{person}/").status_code == 404


def same(one: PersonRecord, other: PersonRecord, kim: User, verdict: str = "same") -> str:
    return judge(one, other, verdict, reason="Zqwhyx says so", **by(kim))


def person_of(record: PersonRecord) -> int:
    return PersonRecord.objects.get(pk=record.pk).person_id


def test_the_cluster_is_right_without_it(kim: User, rita: User, hedda: User, means: Means) -> None:
    one, middle, other, last = (cast.record(forename=name, surname="Smith") for name in "ABCD")
    same(one, middle, kim)
    same(middle, other, kim)
    same(other, last, kim)
    assert len({person_of(r) for r in (one, middle, other, last)}) == 1
    gone(middle, rita, hedda, means, terms=ERASE)
    assert person_of(other) == person_of(last)
    assert len({person_of(r) for r in (one, middle, other)}) == 3
    assert Judgement.objects.count() == 1
    left = Change.objects.filter(event__root=one.root).values_list("new", flat=True)
    assert "Zqwhyx says so" not in list(left)


def test_nobody_is_joined_by_it(kim: User, rita: User, hedda: User, means: Means) -> None:
    """A “same” that the record held back does not stand because the record is gone."""
    one, middle, other = (cast.record(forename=name, surname="Smith") for name in "ABC")
    same(one, middle, kim)
    same(middle, other, kim, "different")
    held = same(one, other, kim)
    assert Judgement.objects.get(reference=held).held_back
    Suggestion.objects.create(
        reference="SG-TEST-0001", left=one, right=other, weight=1, probability=0.5, model="m",
        state=Suggestion.JUDGED, at=cast.now(),
    )  # fmt: skip
    gone(middle, rita, hedda, means, terms=ERASE)
    assert person_of(one) != person_of(other)
    row = Judgement.objects.get(reference=held)
    assert row.undone_at is not None
    assert not row.held_back
    assert Suggestion.objects.get().state == Suggestion.WAITING
    # A person may judge them again.
    same(one, other, kim)
    assert person_of(one) == person_of(other)


def test_whoever_is_kept_away_from_a_person_stays_so(
    kim: User, rita: User, hedda: User, means: Means
) -> None:
    record = cast.record(forename="Ann", surname="Smith")
    twin = cast.record(forename="Nan", surname="Smith", person=record.person)
    stan = cast.user("stan", "professional-standards")
    ben = cast.user("ben", cast.KEEPER)
    said = {"relation": "partner", "reason": "Married once"}
    conflicts.lock(ben, record.root.reference, **said, **by(stan))
    gone(record, rita, hedda, means, terms=ERASE)
    assert Conflict.objects.get().root_id == twin.pk
    assert Lock.objects.filter(user=ben, root=record.root, lifted_at=None).exists()
    assert Lock.objects.filter(user=ben, root=twin.root, lifted_at=None).exists()


@pytest.mark.parametrize("stops_after", range(0, 14, 3))
def test_interrupted_it_goes_on_where_it_stopped(
    kim: User, rita: User, hedda: User, means: Means, monkeypatch: Any, stops_after: int
) -> None:
    record = cast.record(forename="Ann", surname="Smith")
    case = closed(kim, described="An umbrella of zqsecretx", parties=[record])
    made = confirmed(case, rita, hedda)
    usual, left = disposing._batch, iter(range(stops_after))

    class Killed(BaseException):
        pass

    def batch(*given: Any) -> bool:
        if next(left, None) is None:
            raise Killed
        return usual(*given)

    monkeypatch.setattr(disposing, "_batch", batch)
    with pytest.raises(Killed):
        carry_out(means, cast.now())
    made.refresh_from_db()
    assert made.done_at is None
    assert cast.signed_in(kim).get(f"/lost-property/{case.root.reference}/").status_code == 410
    monkeypatch.setattr(disposing, "_batch", usual)
    assert carry_out(means, cast.now()) == 1
    assert "zqsecretx" not in everything()


def test_an_older_backup_brings_nobody_back(
    kim: User, rita: User, hedda: User, means: Means
) -> None:
    """The register is applied to a database in which none of it has happened yet."""
    case, kept = closed(kim, described="zqumbrellax"), closed(kim)
    told = {
        "root": case.root.reference, "reference": "DS-TEST-0001", "was": "lost-property",
        "kind": "disposal", "ground": "reviewed", "rule": "MoPI group 3", "group": 3,
        "rule_version": 1, "proposed_by": "rita", "decided_by": "somebody-since",
        "proposed_at": cast.now().isoformat(), "decided_at": cast.now().isoformat(),
        "done_at": "",
    }  # fmt: skip
    # A proposal that waited when the backup was taken, and a hold that was lifted since.
    disposals.propose(case.root, ERASE, desks=DESKS, **by(rita))
    ada = cast.user("ada", cast.ADMINISTRATOR)
    absent = {**told, "root": "LP-TEST-0001", "reference": "DS-TEST-0002"}
    given = {"by": cast.actor(ada), "at": cast.now()}
    came = reapply([told, absent], means, **given)
    assert (came.again, came.already, came.absent) == ([case.root.reference], [], ["LP-TEST-0001"])
    assert "zqumbrellax" not in everything()
    assert Root.objects.get(pk=kept.pk).disposed_at is None
    again = reapply([told], means, **given)
    assert (again.again, again.already) == ([], [case.root.reference])
    assert [one["reference"] for one in lines(means.register)] == ["DS-TEST-0001"]
    assert text(cast.signed_in(kim).get(f"/lost-property/{case.root.reference}/"), 410)


def test_the_register_survives_a_line_that_was_cut_off(
    kim: User, rita: User, hedda: User, means: Means
) -> None:
    made = gone(closed(kim), rita, hedda, means)
    made.refresh_from_db()
    with means.register.open("a") as file:
        file.write('{"reference": "DS-CU')
    (line,) = lines(means.register)
    assert line["done_at"] != ""
    broken = means.register.with_name("broken")
    broken.write_text("no line\n")
    note(broken, made)
    with pytest.raises(Refused, match="line 1"):
        list(lines(broken))


def test_the_pages_of_it(kim: User, rita: User, hedda: User, means: Means) -> None:
    case = closed(kim)
    client = cast.signed_in(rita)
    page = text(client.get(f"/retention/{case.root.reference}/propose/"))
    assert "What goes" in page
    made = gone(case, rita, hedda, means)
    for user, status in ((rita, 200), (hedda, 200), (kim, 404)):
        there = cast.signed_in(user).get("/retention/disposals/?show=gone")
        assert there.status_code == status
        assert (made.reference in there.content.decode()) is (status == 200)
    priti = cast.user("priti", cast.AUDITOR)
    assert made.reference in text(cast.signed_in(priti).get("/retention/disposals/?show=gone"))
    filed = client.get("/retention/disposals/register.csv").getvalue().decode()
    assert made.reference in filed
    assert case.root.reference in filed

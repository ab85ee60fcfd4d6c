"""Two schedulers at one disposal, a hold that comes halfway, and a register that somebody wrote."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.casework.test_disposal import DISPOSE, by, closed, confirmed, everything
from tests.home import cast
from wansdyke.access.models import Notice, Root, User
from wansdyke.casework import disposing, holding
from wansdyke.casework.disposal_register import lines, note
from wansdyke.casework.disposing import Means, carry_out, carry_out_one
from wansdyke.casework.models import Disposal
from wansdyke.casework.reapplying import brought_back, reapply
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.letting_go import let_go

pytestmark = pytest.mark.django_db
HOLD = {"ground": "inquest", "matter": "INQ-1", "reason": "The coroner asked"}


@pytest.fixture
def means(tmp_path: Path) -> Means:
    return Means(exports=tmp_path, register=tmp_path / "disposals.jsonl", let_go=let_go)


@pytest.fixture
def made() -> Disposal:
    record = cast.record(forename="Ann", surname="Smith")
    case = closed(cast.user("kim", cast.KEEPER), parties=[record])
    rita, hedda = cast.user("rita", "records-manager"), cast.user("hedda", cast.HEAD)
    return confirmed(case, rita, hedda, DISPOSE)


def test_a_second_scheduler_finds_it_done_and_does_nothing_more(
    made: Disposal, means: Means
) -> None:
    stale = Disposal.objects.get(pk=made.pk)
    assert carry_out(means, cast.now()) == 1
    events, notices = Event.objects.count(), Notice.objects.count()
    removed = Disposal.objects.get(pk=made.pk).removed
    assert carry_out_one(stale, means, cast.now()) is False
    assert (Event.objects.count(), Notice.objects.count()) == (events, notices)
    assert Disposal.objects.get(pk=made.pk).removed == removed


def test_a_hold_halfway_does_not_bring_half_a_record_back(
    made: Disposal, means: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second scheduler read the row before the first one began; a hold came meanwhile."""
    stale = Disposal.objects.get(pk=made.pk)
    usual, done = disposing._batch, []

    def batch(*given: Any) -> bool:
        done.append(usual(*given))
        if len(done) == 1:
            rita = User.objects.get(username="rita")
            record = Root.objects.get(person_record__surname="Smith")
            holding.place(record, **HOLD, **by(rita))
            carry_out_one(stale, means, cast.now())
        return done[-1]

    monkeypatch.setattr(disposing, "_batch", batch)
    carry_out(means, cast.now())
    made.refresh_from_db()
    assert made.stopped_at is None
    assert made.done_at is not None
    assert Root.objects.get(pk=made.root_id).disposed_at is not None
    assert "zqsecretx" not in everything()


def test_the_database_lets_a_record_go_once(made: Disposal) -> None:
    again = Disposal.objects.get(pk=made.pk)
    again.pk, again.reference = None, "DS-TEST-0009"
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)


def test_a_line_that_somebody_else_wrote_disposes_of_nothing(made: Disposal, means: Means) -> None:
    """An administrator alone would else erase whatever they write down, whatever holds it."""
    note(means.register, made)
    (line,) = lines(means.register)
    case = closed(User.objects.get(username="kim"))
    forged = {**line, "root": case.root.reference, "reference": "DS-TEST-0001"}
    with means.register.open("a") as file:
        file.write(json.dumps(forged, sort_keys=True) + "\n")
    ada = cast.user("ada", cast.ADMINISTRATOR)
    with pytest.raises(Refused, match=r"line 2.*not written by this installation"):
        reapply(lines(means.register), means, by=cast.actor(ada), at=cast.now())
    assert Root.objects.get(pk=case.pk).disposed_at is None


def test_what_an_older_backup_brought_back_goes_by_itself(made: Disposal, means: Means) -> None:
    note(means.register, made)
    # What is being carried out is not brought back.
    assert brought_back(lines(means.register)) == []
    Root.objects.filter(pk=made.root_id).update(disposed_at=None)
    reference = made.reference
    Disposal.objects.all().delete()
    (line,) = brought_back(lines(means.register))
    assert line["reference"] == reference
    ada = cast.user("ada", cast.ADMINISTRATOR)
    reapply([line], means, by=cast.actor(ada), at=cast.now())
    assert "zqsecretx" not in everything()
    assert brought_back(lines(means.register)) == []

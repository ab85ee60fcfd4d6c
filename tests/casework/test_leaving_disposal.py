"""A request for information has a time of its own, goes by two people, and does not come back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.casework.test_disposal import by, everything
from tests.casework.test_second_self import asked, at_one_address
from tests.home import cast
from tests.lost_property.desk import DESK
from wansdyke.access.models import Notice, User
from wansdyke.casework import disposal_register, holding, leaving_bundle, subject_access
from wansdyke.casework import leaving_disposal as going
from wansdyke.casework.disposing import Means
from wansdyke.casework.models import Leaving, LeavingRecord
from wansdyke.casework.reapplying import brought_back, reapply
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.letting_go import let_go
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db
HOLD = {"ground": "inquest", "matter": "INQ-1", "reason": "The coroner asked"}
LATER = timedelta(days=366 * 2 + 1)


@pytest.fixture
def rita() -> User:
    return cast.user("rita", "records-manager")


@pytest.fixture
def rhea() -> User:
    return cast.user("rhea", "records-manager")


@pytest.fixture
def record() -> PersonRecord:
    return cast.record(forename="Zqannx", surname="Zqsmithx")


@pytest.fixture
def closed(rita: User, rhea: User, record: PersonRecord) -> Leaving:
    """One that was answered long ago."""
    said = {"forename": "Zqannx", "surname": "Zqsmithx", "recipient": "Zqwhomx"}
    leaving = asked(rita, **said, asked_for="Zqallx of it")
    subject_access.say_whose(leaving, [record.root.reference], True, **by(rita))
    priti = cast.user("priti", "privacy-officer")
    subject_access.check(leaving, words="Zqwordx", **by(priti))
    subject_access.prepare(leaving, desks=[DESK], **by(rita))
    leaving.refresh_from_db()
    leaving_bundle.close(leaving, desks=[DESK], **by(rhea))
    long_ago = cast.now() - LATER
    Leaving.objects.filter(pk=leaving.pk).update(closed_at=long_ago, ended_at=long_ago, at=long_ago)
    return Leaving.objects.get(pk=leaving.pk)


def gone(leaving: Leaving, rita: User, rhea: User, register: Path) -> Leaving:
    going.propose(leaving, **by(rita))
    going.confirm(leaving, **by(rhea))
    going.carry_out(register, cast.now())
    return Leaving.objects.get(pk=leaving.pk)


def test_all_it_held_is_gone_and_it_says_so(
    closed: Leaving, rita: User, rhea: User, tmp_path: Path
) -> None:
    files = [Path(settings.FILES_DIR) / one.stored_as for one in closed.bundles.all()]
    assert len(files) == 2
    PersonRecord.objects.update(forename="", surname="", forename_key="", surname_key="")
    left = gone(closed, rita, rhea, tmp_path / "register")
    assert (left.state, left.gone_at is not None) == (Leaving.DISPOSED, True)
    assert not any(path.exists() for path in files)
    assert not LeavingRecord.objects.exists()
    for word in ("Zqannx", "Zqwhomx", "Zqallx", "Zqwordx"):
        assert f"'{word}" not in everything()
    client = cast.signed_in(rita)
    page = client.get(f"/requests/{left.reference}/").content.decode()
    assert "Disposed of" in page
    assert "Who gets it" in page
    assert client.get(f"/requests/{left.reference}/bundle/pdf/").status_code == 404
    assert left.reference in client.get("/requests/?show=all").content.decode()
    # A second look of the schedule does nothing more.
    before = Event.objects.count()
    assert going.carry_out(tmp_path / "register", cast.now()) == 0
    assert Event.objects.count() == before


def test_not_before_its_time_nor_by_one_person_nor_under_a_hold(
    closed: Leaving, rita: User, rhea: User, record: PersonRecord
) -> None:
    Leaving.objects.filter(pk=closed.pk).update(ended_at=cast.now() - LATER / 2)
    with pytest.raises(Refused, match="It is kept until"):
        going.propose(closed, **by(rita))
    Leaving.objects.filter(pk=closed.pk).update(ended_at=cast.now() - LATER)
    with pytest.raises(Refused, match="Nothing waits"):
        going.confirm(closed, **by(rhea))
    holding.place(record.root, **HOLD, **by(rita))
    with pytest.raises(Refused, match="legal hold"):
        going.propose(closed, **by(rita))
    holding.lift(closed_hold(record), reason="It is over", **by(rhea))
    going.propose(closed, **by(rita))
    with pytest.raises(Refused, match="second person"):
        going.confirm(closed, **by(rita))
    at_one_address(rita, rhea)
    with pytest.raises(Refused, match="second person"):
        going.confirm(closed, **by(rhea))
    going.decline(closed, reason="It is still needed", **by(rhea))
    assert Leaving.objects.get().dispose_by is None


def closed_hold(record: PersonRecord) -> Any:
    return record.root.legal_holds.get()


def test_a_hold_that_comes_before_the_first_row_brings_it_back(
    closed: Leaving, rita: User, rhea: User, record: PersonRecord, tmp_path: Path
) -> None:
    going.propose(closed, **by(rita))
    going.confirm(closed, **by(rhea))
    holding.place(record.root, **HOLD, **by(rita))
    assert going.carry_out(tmp_path / "register", cast.now()) == 0
    left = Leaving.objects.get()
    assert (left.state, left.dispose_by, left.bundles.count()) == (Leaving.CLOSED, None, 2)
    assert not (tmp_path / "register").exists()
    assert "legal hold" in Notice.objects.filter(user=rita).latest("pk").text


def test_an_older_backup_does_not_bring_it_back(
    closed: Leaving, rita: User, rhea: User, tmp_path: Path
) -> None:
    """The register is applied to rows as they were before."""
    means = Means(exports=tmp_path, register=tmp_path / "register", let_go=let_go)
    going.propose(closed, **by(rita))
    going.confirm(closed, **by(rhea))
    disposal_register.add(means.register, going.line_of(Leaving.objects.get()))
    Leaving.objects.update(state=Leaving.CLOSED, disposed_by=None, disposed_at=None, was="")
    (line,) = brought_back(disposal_register.lines(means.register))
    ada = cast.user("ada", cast.ADMINISTRATOR)
    given = {"by": cast.actor(ada), "at": cast.now()}
    assert reapply([line], means, **given).again == [closed.reference]
    left = Leaving.objects.get()
    assert (left.state, left.surname, left.bundles.count()) == (Leaving.DISPOSED, "", 0)
    assert brought_back(disposal_register.lines(means.register)) == []
    assert reapply([line], means, **given).already == [closed.reference]


def test_the_steps_are_offered_in_turn(closed: Leaving, rita: User, rhea: User) -> None:
    page = f"/requests/{closed.reference}/"
    first, second = cast.signed_in(rita), cast.signed_in(rhea)
    assert "Propose to dispose" in first.get(page).content.decode()
    assert first.get(f"{page}step/dispose-confirm/").status_code == 404
    asked_for = first.get(f"{page}step/dispose/")
    assert asked_for.status_code == 200
    done = first.post(f"{page}step/dispose/", {"key": "one"})
    assert done.status_code == 302
    assert "Confirm its disposal" not in first.get(page).content.decode()
    assert "Confirm its disposal" in second.get(page).content.decode()
    assert second.post(f"{page}step/dispose-confirm/", {"key": "two"}).status_code == 302
    assert Leaving.objects.get().state == Leaving.DISPOSED
    assert second.get(f"{page}items/").status_code == 200

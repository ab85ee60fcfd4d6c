"""What a measure says of a past period whose records were disposed of since."""

from datetime import timedelta

import pytest

from tests.casework.test_disposal import by, closed
from tests.home import cast
from tests.lost_property.desk import DESK
from wansdyke.assurance import measure_views
from wansdyke.assurance.figures import counting_desks, gone_from, gone_words
from wansdyke.casework import disposals
from wansdyke.casework.counted import Period
from wansdyke.casework.disposals import Terms
from wansdyke.casework.models import Case, Disposal
from wansdyke.kernel.calendar import london

pytestmark = pytest.mark.django_db
DISPOSE = Terms(kind="disposal", ground="reviewed", reason="No purpose is left")


def period_of(case: Case) -> Period:
    day = london(case.opened_at).date()
    return Period(day, day)


def test_those_that_were_disposed_of_are_counted_by_their_period_and_their_reader() -> None:
    kim, rita = cast.user("kim", cast.KEEPER), cast.user("rita", "records-manager")
    hedda = cast.user("hedda", cast.HEAD)
    case = closed(kim)
    period, at = period_of(case), cast.now()
    assert gone_from(DESK, cast.actor(kim), at, period) == 0
    disposals.propose(case.root, DISPOSE, desks=[DESK], **by(rita))
    assert gone_from(DESK, cast.actor(kim), at, period) == 0
    disposals.decide(Disposal.objects.get(), agreed=True, reason="", desks=[DESK], **by(hedda))
    later = Period(period.last + timedelta(days=1), period.last + timedelta(days=9))
    elsewhere = cast.user("eve", cast.KEEPER, at=cast.team("other"))
    assert gone_from(DESK, cast.actor(kim), at, period) == 1
    assert gone_from(DESK, cast.actor(kim), at, later) == 0
    assert gone_from(DESK, cast.actor(elsewhere), at, period) == 0
    Disposal.objects.update(stopped_at=at)
    assert gone_from(DESK, cast.actor(kim), at, period) == 0


def test_it_is_said_in_words_and_few_are_not_numbered_to_partners() -> None:
    kim = cast.actor(cast.user("kim", cast.KEEPER))
    council = cast.team("safeguarding", cast.agency("council", home=False))
    pat = cast.actor(cast.user("pat", "partner", at=council))
    assert gone_words(0, kim) == gone_words(0, pat) == ""
    assert gone_words(1, kim).startswith("1 record of this period was disposed of")
    assert gone_words(1200, kim).startswith("1,200 records")
    assert gone_words(3, pat).startswith("A few records")
    assert gone_words(12, pat).startswith("12 records")


def test_the_pages_the_file_and_the_command_say_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure_views, "gone_from", lambda *_: 7)
    client = cast.signed_in(cast.user("sasha", "control-room-supervisor", cast.ANALYST))
    said = "7 records of this period were disposed of"
    assert said in client.get("/measures/").content.decode()
    desk, counting = counting_desks()[0]
    one = f"/measures/{desk.key}/{counting.measures[0].measure.key}/"
    assert said in client.get(one).content.decode()
    rows = b"".join(client.get("/measures/figures.csv").streaming_content).decode()
    assert "Disposed of since" in rows.splitlines()[0]
    assert ",7," in rows.splitlines()[1]

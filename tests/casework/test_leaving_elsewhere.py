"""What the answer must hold back though its preparer sees nothing of it."""

import json
from typing import Any

import pytest

from tests.casework.test_second_self import asked, by
from tests.databases import on_postgres
from tests.home import cast
from tests.lost_property.desk import DESK
from wansdyke.access.for_agency import one_agency
from wansdyke.access.models import Root
from wansdyke.casework import leaving_bundle, leaving_gate, notes, subject_access
from wansdyke.casework.leaving_rules import EXEMPTIONS
from wansdyke.casework.models import LeavingDecision, Party
from wansdyke.linkage.judging import judge
from wansdyke.people.records import lives_at

pytestmark = pytest.mark.django_db
DESKS = [DESK]


def pieces(leaving: Any, keeper: Any) -> list[Any]:
    with one_agency(keeper.agency_id):
        return subject_access.pieces_of(leaving, cast.actor(keeper), cast.now(), DESKS)


def test_somebody_who_is_a_victim_on_a_sealed_record_is_one_in_every_answer() -> None:
    kim, rita = cast.user("kim", cast.KEEPER), cast.user("rita", "records-manager")
    mine = cast.record(forename="Ann", surname="Smith", phone="07700 900123")
    lives_at(mine, cast.place("12 Refuge Road, Swindon", "SN1 2AB"))
    hidden = cast.record(forename="Nan", surname="Smith")
    Party.objects.filter(case=cast.thing(kim, parties=[hidden]).case).update(role="victim")
    case = cast.thing(kim, parties=[mine]).case
    Party.objects.filter(case=case).update(role="caller")
    judge(mine, hidden, "same", reason="Her passport", **by(rita))
    Root.objects.filter(pk=hidden.pk).update(marking=Root.SEALED)
    leaving = asked(rita)
    subject_access.say_whose(leaving, [mine.root.reference], True, **by(rita))
    where = [one for one in pieces(leaving, rita) if "Refuge" in one.piece.text]
    assert where
    assert [one.verdict.rule for one in where] == ["whereabouts"] * len(where)


def test_a_name_that_only_a_partners_record_has_is_held_back() -> None:
    """On PostgreSQL the second layer hides a partner's rows from the preparer's own agency."""
    kim, rita = cast.user("kim", cast.KEEPER), cast.user("rita", "records-manager")
    council = cast.team("safeguarding", cast.agency("council", home=False))
    cast.record(forename="Zelda", surname="Quillfeather", at=council)
    mine = cast.record(forename="Ann", surname="Smith")
    case = cast.thing(kim, parties=[mine]).case
    Party.objects.filter(case=case).update(role="caller")
    notes.add(case, "She says Zelda Quillfeather told her", **by(kim))
    leaving = asked(rita)
    subject_access.say_whose(leaving, [mine.root.reference], True, **by(rita))
    told = [one for one in pieces(leaving, rita) if "Quillfeather" in one.piece.text]
    assert told
    assert all(one.leaving is None and one.piece.spans for one in told), on_postgres()


@pytest.mark.parametrize("ground", [one.key for one in EXEMPTIONS])
def test_an_answer_tells_no_ground_by_which_words_were_taken_out(ground: str) -> None:
    kim, rita = cast.user("kim", cast.KEEPER), cast.user("rita", "records-manager")
    mine = cast.record(forename="Ann", surname="Smith")
    case = cast.thing(kim, parties=[mine]).case
    Party.objects.filter(case=case).update(role="caller")
    notes.add(case, "A purple lantern was on", **by(kim))
    leaving = asked(rita)
    subject_access.say_whose(leaving, [mine.root.reference], True, **by(rita))
    before = leaving_bundle.contents(leaving, pieces(leaving, rita), leaving.at)
    one = next(p for p in pieces(leaving, rita) if p.leaving and "lantern" in p.leaving)
    said = {"outcome": LeavingDecision.REDACTED, "phrases": ["purple"], "exemption": ground}
    said["reason"] = "It must not leave"
    leaving_gate.checked_decision(one.piece, **said)
    subject_access.decide(leaving, one.piece, **said, **by(rita))
    after = leaving_bundle.contents(leaving, pieces(leaving, rita), leaving.at)
    assert "purple" not in json.dumps(after)
    assert {k: v for k, v in before.items() if k != "parts"} == {
        k: v for k, v in after.items() if k != "parts"
    }

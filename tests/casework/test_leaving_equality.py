"""What somebody answered about equality leaves to themself alone, and is read for nobody else."""

from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from tests.casework import leaving_cast as cast
from tests.casework.test_leaving_canaries import GIVEN_TO, texts_of
from tests.sweeps.stories import by_when
from wansdyke.access.models import Root
from wansdyke.casework.leaving_rules import Kind, Purpose
from wansdyke.history.models import AuditEntry
from wansdyke.people.equality import record_answers

pytestmark = pytest.mark.django_db
SAID = {"religion": "sikh", "sexual-orientation": "bisexual", "disability": "declined"}


def answered(held: cast.Held, basis: str = "self") -> None:
    given = {**by_when("olivia"), "key": uuid4().hex}
    record_answers(held.him[0], SAID, basis, **given)


def equality_of(leaving: Any) -> list[Any]:
    pieces = cast.seen_by("ray", leaving)
    return [one for one in pieces if one.piece.item.kind is Kind.EQUALITY]


def test_it_is_told_to_the_person_with_whose_words_it_is() -> None:
    held = cast.made()
    answered(held)
    texts = texts_of(cast.closed(cast.asked(held)))
    for said in ("Religion or belief: Sikh. As they described themselves", "Disability: Declined"):
        assert said in texts["json bytes"]


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.SUBJECT_ACCESS])
def test_for_anything_else_it_is_not_even_read(purpose: Purpose) -> None:
    held = cast.made()
    answered(held)
    given = {"purpose": purpose.value, "recipient_kind": GIVEN_TO[purpose].value}
    leaving = cast.asked(held, **given)
    (one,) = equality_of(leaving)
    assert (one.verdict.rule, one.verdict.releasable, one.leaving) == ("equality", False, None)
    shown = "\n".join(p.piece.text for p in cast.seen_by("ray", leaving))
    assert "sikh" not in shown.casefold()
    texts = "\n".join(texts_of(cast.closed(leaving)).values())
    assert "sikh" not in texts.casefold()


def test_an_answer_for_somebody_acting_for_them_holds_it_back_too() -> None:
    held = cast.made()
    answered(held)
    leaving = cast.asked(held, recipient_kind="somebody acting for them")
    (one,) = equality_of(leaving)
    assert one.leaving is None
    assert "sikh" not in one.piece.text.casefold()


def test_of_a_record_out_of_the_preparers_sight_none_of_it_is_read() -> None:
    held = cast.made()
    answered(held)
    leaving = cast.asked(held)
    Root.objects.filter(pk=held.him[0].root_id).update(marking=Root.RESTRICTED)
    assert equality_of(leaving) == []


def test_her_record_has_none_in_his_answer() -> None:
    held = cast.made()
    record_answers(held.victim, SAID, "self", **by_when("olivia"))
    leaving = cast.asked(held)
    assert equality_of(leaving) == []


def test_no_digest_of_it_in_the_log_can_be_tried_out() -> None:
    """What the log keeps of a piece is keyed: the same piece has another under another key."""
    held = cast.made()
    answered(held)
    (one,) = equality_of(cast.asked(held))
    plain = f"{one.piece.key}\n{one.piece.title}\n{one.piece.text}"
    assert one.piece.digest != sha256(plain.encode()).hexdigest()
    assert "sikh" not in "".join(str(row) for row in AuditEntry.objects.values())

"""A hold and a confirmation at the same moment: one of them comes first, and the hold is kept."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from tests.casework.test_disposal import DESKS, by, closed, proposed
from tests.databases import Database
from tests.home import cast
from wansdyke.access.models import Root
from wansdyke.casework import disposals, holding
from wansdyke.casework.disposing import Means, carry_out
from wansdyke.casework.models import Disposal
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.letting_go import let_go

HOLD = {"ground": "inquest", "matter": "INQ-1", "reason": "The coroner asked"}


def at_once(first: Callable[[], Any], second: Callable[[], Any]) -> list[Exception]:
    """Does both, the second begun while the first has not committed; what the second raised."""
    raised: list[Exception] = []

    def meanwhile() -> None:
        try:
            second()
        except Refused as refused:
            raised.append(refused)
        finally:
            connection.close()

    other = threading.Thread(target=meanwhile)
    with transaction.atomic():
        first()
        other.start()
        # Time to come as far as the lock, and to wait there.
        time.sleep(1)
    other.join(30)
    assert not other.is_alive()
    return raised


@pytest.mark.parametrize("hold_first", [True, False])
def test_a_hold_carried_to_a_case_that_is_just_confirmed(
    committed_db: Database, tmp_path: Any, hold_first: bool
) -> None:
    kim, rita = cast.user("kim", cast.KEEPER), cast.user("rita", "records-manager")
    hedda = cast.user("hedda", cast.HEAD)
    record = cast.record(forename="Ann", surname="Smith")
    case = closed(kim, parties=[record])
    made = proposed(case, rita)

    def hold() -> None:
        holding.place(record.root, **HOLD, **by(rita))

    def confirm() -> None:
        disposals.decide(made, agreed=True, reason="", desks=DESKS, **by(hedda))

    if hold_first:
        (refused,) = at_once(hold, confirm)
        assert "legal hold" in str(refused)
        assert Disposal.objects.get().decided_at is None
        return
    assert at_once(confirm, hold) == []
    means = Means(exports=tmp_path, register=tmp_path / "register", let_go=let_go)
    assert carry_out(means, cast.now()) == 0
    assert Disposal.objects.get().stopped_at is not None
    assert Root.objects.get(pk=case.pk).disposed_at is None

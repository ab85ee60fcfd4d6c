"""The risk menu is the force's to edit: by those in charge, on the record, never losing a code."""

import pytest

from tests.desks.contact.control_room import NOON, key, olivia, sasha
from wansdyke.desks.contact.menu import set_risk
from wansdyke.desks.contact.models import RiskType
from wansdyke.history.models import AuditSubject, Change
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db


def test_the_menu_comes_with_the_reports_own_risks():
    labels = set(RiskType.objects.values_list("label", flat=True))
    assert {"Domestic abuse", "Anti-social behaviour", "Missing person"} <= labels


def test_a_supervisor_adds_and_renames_and_the_code_stays():
    added = set_risk(
        None, label="Modern slavery", order=5, active=True, by=sasha(), at=NOON, key=key()
    )
    set_risk(added, label="Slavery", order=6, active=False, by=sasha(), at=NOON, key=key())
    row = RiskType.objects.get(code="modern-slavery")
    assert (row.label, row.order, row.active) == ("Slavery", 6, False)
    renamed = Change.objects.get(record="risk:modern-slavery", field="label", old="Modern slavery")
    assert renamed.new == "Slavery"
    assert AuditSubject.objects.filter(reference="risk:modern-slavery").count() == 2


def test_the_same_words_twice_are_refused_and_a_call_handler_changes_nothing():
    with pytest.raises(Refused, match="already"):
        set_risk(None, label="missing PERSON", order=1, active=True, by=sasha(), at=NOON, key=key())
    with pytest.raises(Refused, match="post"):
        set_risk(None, label="New", order=1, active=True, by=olivia(), at=NOON, key=key())
    assert not RiskType.objects.filter(label="New").exists()

"""The desk of lost property: what the house needs to know of it."""

from datetime import datetime

from django import forms

from tests.lost_property import rules
from tests.lost_property.models import Thing
from wansdyke.casework.desk import Desk, Shown
from wansdyke.casework.forms import CaseForm
from wansdyke.ui.forms import LondonMoment


class ThingForm(CaseForm):
    """What is asked of a thing."""

    described = forms.CharField(label="Description", max_length=500, required=False)
    where = forms.CharField(label="Where it was found", max_length=100, required=False)
    found_at = LondonMoment(label="Found")


def facts_of(thing: Thing, at: datetime) -> rules.Facts:
    return rules.Facts(
        found_at=thing.found_at, ended_at=thing.case.closed_at, described=thing.described
    )


def _shown(key: str, label: str) -> Shown:
    return Shown(
        key=key,
        label=label,
        section=Thing.SECTIONS[key],
        value=lambda thing: getattr(thing, key),
        column=True,
        sort=key,
    )


DESK = Desk(
    key="lost-property",
    title="Lost property",
    singular="thing",
    prefix="LP",
    model=Thing,
    flow=rules.FLOW,
    clocks=rules.CLOCKS,
    facts=facts_of,
    fields=(
        _shown("described", "Description"),
        _shown("where", "Where"),
        _shown("found_at", "Found"),
    ),
    opening=frozenset({rules.KEEPER, rules.HEAD}),
    open_form=ThingForm,
    edit_form=ThingForm,
)

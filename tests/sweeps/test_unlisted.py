"""Mass assignment: whatever else is sent with a form, only the fields that it shows are written."""

import uuid
from typing import Any

import pytest
from django.apps import apps

from tests.sweeps.asking import undone
from tests.sweeps.test_writes import form_on, senders, writers
from tests.sweeps.urls import walked
from tests.sweeps.world import World
from wansdyke.access.models import Agency, Team, User

# Of every model, but what a form of that name may well ask for.
OURS = ("wansdyke.", "tests.")
CHOSEN = {
    "marking": "2",
    "version": "9999",
    "state": "resulted",
    "is_active": "",
    "active": "",
    "level": "3",
    "by": "ada",
    "by_id": "1",
    "is_superuser": "on",
    "password_given": "on",
}
# What differs from one sending to the next, whatever is sent.
OF_THE_MOMENT = frozenset(
    """
    id pk reference key digest hash body seq at made_at created_at recorded_at occurred_at
    saved_at started_at opened_at sha256 stored_as last_login password hashed session_key
    session_data expire_date event root case person record place outcome hashed_value
    """.split()  # noqa: SIM905 - read as a list of words
)


def names() -> list[str]:
    """The name of every field of every model, with and without `_id`."""
    found: set[str] = set()
    for model in apps.get_models():
        if model.__module__.startswith(OURS):
            for field in model._meta.concrete_fields:
                found |= {field.name, field.attname}
    return sorted(found)


def rows() -> dict[str, list[dict[str, Any]]]:
    """What every table says, but for what differs each time."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for model in apps.get_models():
        label = model._meta.label
        if label.startswith(("history.Audit", "history.Operation", "sessions.", "access.Guess")):
            continue
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if not {field.name, field.attname} & OF_THE_MOMENT
        ]
        kept[label] = [str(row) for row in model._default_manager.order_by("pk").values(*columns)]  # type: ignore[misc]
    return kept


def after(world: World, asker: Any, path: str, data: dict[str, Any]) -> tuple[int, Any]:
    """What every table says once a form was sent, which is then taken back."""
    with undone():
        answer = asker.ask("POST", path, data)
        return answer.status, rows()


@pytest.mark.parametrize("name", [url.name for url in writers()])
def test_what_no_form_asks_for_is_not_written(world: World, name: str) -> None:
    url = next(one for one in walked() if one.name == name)
    agency, team, user = (
        Agency.objects.latest("pk"),
        Team.objects.latest("pk"),
        User.objects.first(),
    )
    assert user is not None
    besides = dict.fromkeys(names(), "1") | CHOSEN
    besides |= {"agency": agency.key, "agency_id": str(agency.pk), "team_id": str(team.pk)}
    besides |= {"owner_id": str(user.pk), "user_id": str(user.pk), "load_id": "1", "load": "1"}
    sent: set[str] = set()
    for asker, target in senders(world, url):
        if asker.username in sent:
            continue
        with undone():
            found = form_on(asker, url, target)
        if not found:
            continue
        sent.add(asker.username)
        path, form = found
        data = {key: one for key, one in form.filled().items() if not hasattr(one, "seek")}
        asks = {key for _, key, _ in form.fields} | {key.partition("-")[0] for key in data}
        more = {key: value for key, value in besides.items() if key not in asks}
        for key in ("key", "operation_key"):
            if key in data:
                data[key] = uuid.uuid4().hex
        plain, with_more = after(world, asker, path, data), after(world, asker, path, data | more)
        assert plain[0] == with_more[0], f"{asker.username} of {target}"
        differ = {label for label in plain[1] if plain[1][label] != with_more[1][label]}
        assert differ == set(), f"{asker.username} of {target}: {differ}"

"""Files as a force might bring them, and somebody of the control room who loads them."""

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Agency, Membership, Team, User
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.imports import load_contacts
from wansdyke.desks.contact.intake import Summary
from wansdyke.desks.contact.models import Contact
from wansdyke.desks.contact.people_imports import load_people

WHOLE = {
    "reference": "WP-1",
    "received_at": "2018-12-31 13:50",
    "graded_at": "2018-12-31 13:52",
    "grade": "Immediate",
    "risk_types": "domestic-abuse|Child at risk",
    "assigned_at": "2018-12-31 13:54",
    "at_scene_at": "2018-12-31 14:04",
    "closed_at": "2018-12-31 15:10",
    "category": "Public safety and welfare",
    "latitude": "51.56",
    "longitude": "-1.78",
    "postcode": "sn12ab",
    "address": "4 Lantern Lane, Swindon",
    "notes": "Shouting next door.",
    "caller_forename": "Ada",
    "caller_surname": "Birdsall",
    "caller_date_of_birth": "1980-02-28",
    "caller_phone": "01632 960001",
    "subject_forename": "Rhys",
    "subject_surname": "Marden",
    "subject_date_of_birth": "03/04/1975",
    "subject_role": "Suspect",
}


def somebody(username: str = "olive", *posts: str, team: str = "control-room") -> Actor:
    """A user of the home force with those posts (a call handler's unless told)."""
    force, _ = Agency.objects.get_or_create(
        key="force", defaults={"name": "The force", "kind": "police", "home": True}
    )
    home, _ = Team.objects.get_or_create(key=team, defaults={"agency": force, "name": team})
    user, _ = User.objects.get_or_create(
        username=username, defaults={"name": username.title(), "agency": force, "password": "!"}
    )
    for post in posts or ("operator",):
        Membership.objects.get_or_create(
            user=user, team=home, post=post, from_date=date(2010, 1, 1)
        )
    return actor_of(user, on=timezone.now().date(), mfa=True, channel="command line")


def table(*rows: dict[str, str], delimiter: str = ",", columns: tuple[str, ...] = ()) -> str:
    """Rows as a file, headed by their own columns or those told."""
    names = columns or tuple(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def put(folder: Path, text: str | bytes, name: str = "calls.csv") -> Path:
    """A file with that in it."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def contacts(path: Path, by: Actor | None = None, **more: Any) -> Summary:
    """Loads a file of contacts."""
    return load_contacts(path, by or somebody(), desk=DESK, now=timezone.now, **more)


def people(path: Path, by: Actor | None = None, **more: Any) -> Summary:
    """Loads a file of people."""
    return load_people(path, by or somebody(), desk=DESK, now=timezone.now, **more)


def loaded(reference: str = "WP-1") -> Contact:
    """The contact that the force knows by that reference."""
    rows = Contact.objects.select_related("case__root", "place")
    return rows.get(source_reference=reference)


Loader = Callable[..., Summary]

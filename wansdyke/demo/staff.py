"""The made-up force's other staff, who worked its two years: nobody signs in as any of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import count
from random import Random

from wansdyke.access.actors import Actor
from wansdyke.access.models import Agency, Team, User
from wansdyke.accounts.accounts import create_user, give_post
from wansdyke.accounts.force import create_team
from wansdyke.demo.force import HOME
from wansdyke.desks.contact.demo_tables import FORENAMES, SURNAME_FIRST, SURNAME_LAST

TEAMS = (
    ("response-salisbury", "Response Salisbury"),
    ("response-chippenham", "Response Chippenham"),
)
# A post, the rank of who holds it, how many do, and in which teams by turns.
POSTS = (
    ("operator", "staff", 24, ("control-room",)),
    ("dispatcher", "staff", 8, ("control-room",)),
    ("control-room-supervisor", "sergeant", 3, ("control-room",)),
    (
        "response-officer",
        "constable",
        60,
        ("response-swindon", "response-trowbridge", "response-salisbury", "response-chippenham"),
    ),
)


def make_staff(
    by: Actor,
    now: datetime,
    tell: Callable[[str], None],
    *,
    began: date,
    seed: int,
    personas: Mapping[str, Sequence[User]],
) -> dict[str, list[User]]:
    """Makes everybody who stands behind the personas; returns all of them by post, personas
    included. Their posts began on a day before history does."""
    keys = (f"demo-staff-{n}" for n in count(1))
    agency = Agency.objects.get(key=HOME)
    for key, name in TEAMS:
        create_team(by=by, at=now, key=next(keys), agency=agency, team_key=key, name=name)
    teams = {team.key: team for team in Team.objects.select_related("agency").all()}
    names = _names(Random(f"{seed}:staff"))  # noqa: S311 - made-up data  # nosec B311
    staff = {post: list(users) for post, users in personas.items()}
    for post, rank, many, held in POSTS:
        for turn in range(many):
            name = next(names)
            user = create_user(
                by=by,
                at=now,
                key=next(keys),
                username=name.lower().replace(" ", "."),
                name=name,
                agency=agency,
                password=None,
                rank=rank,
            )
            team = teams[held[turn % len(held)]]
            give_post(
                by=by, at=now, key=next(keys), user=user, team=team, post=post, from_date=began
            )
            staff.setdefault(post, []).append(user)
    tell(f"{sum(many for _, _, many, _ in POSTS)} more staff, who have worked for two years")
    return staff


def _names(rng: Random) -> Iterator[str]:
    seen: set[str] = set()
    given = [*FORENAMES["female"], *FORENAMES["male"]]
    while True:
        name = f"{rng.choice(given)} {rng.choice(SURNAME_FIRST)}{rng.choice(SURNAME_LAST)}"
        if name not in seen:
            seen.add(name)
            yield name

"""`wansdyke find`: who may be the person that some words are about, of the records one may see."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

import typer
from django.utils import timezone

from wansdyke.access.command_line import acting
from wansdyke.access.posts import Right
from wansdyke.access.references import tidy
from wansdyke.history import audit
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.found import HELD, LIMIT, Candidate, Found, Query, names_in, together
from wansdyke.linkage.lookup import find_people
from wansdyke.people.alerts import alert
from wansdyke.people.asked import REFERENCE
from wansdyke.people.identifiers import birth_date

MOST = 200


def find(
    name: Annotated[str, typer.Option(help="“Jon Smyth”, or “Smyth, Jon”.")] = "",
    dob: Annotated[str, typer.Option(metavar="DATE", help="A date of birth, or a year.")] = "",
    postcode: Annotated[str, typer.Option(help="Of where they live.")] = "",
    street: Annotated[str, typer.Option(help="With the house or without.")] = "",
    phone: Annotated[str, typer.Option(help="Whole, or its beginning.")] = "",
    identity: Annotated[str, typer.Option("--id", help="PNC, CRO or our reference.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = LIMIT,
    reason: Annotated[str, typer.Option(help="What it is for, for the log.")] = "command line",
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """Find people, however their names are spelt, the likeliest first, with the reasons."""
    now = timezone.now()
    by = acting(Right.VIEW)
    known = _known(dob, london(now).date())
    known |= {"postcode": postcode, "address": street, "phone": phone}
    queries = _queries(name, identity, known)
    found = together([find_people(by, now, query, limit) for query in queries])
    if not found.searched:
        raise Refused(_nothing_to_go_by(found))
    audit.record(
        audit.SEARCH,
        by=by,
        at=now,
        subjects=[reference for one in found for reference in one.references],
        fields=sorted(found.searched),
        reason=reason[:60],
    )
    for matches in found.matched:
        alert(by, now, matches)
    if found.held:
        typer.echo(HELD, err=True)
    shown = found.candidates[:limit]
    if as_json:
        typer.echo(json.dumps([_as_dict(one) for one in shown], indent=2))
    else:
        _print(shown, found.not_searched)


def _queries(name: str, identity: str, known: dict[str, object]) -> list[Query]:
    known["reference" if REFERENCE.fullmatch(tidy(identity)) else "identity"] = identity
    base = Query(**{key: value for key, value in known.items() if value})  # type: ignore[arg-type]
    return [
        replace(base, forename=forename, surname=surname)
        for forename, surname in (names_in(name) if name.strip() else [("", "")])
    ]


def _print(shown: Sequence[Candidate], not_searched: Sequence[str]) -> None:
    for one in shown:
        typer.echo(f"{one.probability:7.1%}  {one.person.reference}  {one.name}")
        typer.echo(f"         {'; '.join(one.reasons)}")
        for marker in one.markers:
            typer.echo(f"         Warning: {marker.label}: {marker.text}")
    if not shown:
        typer.echo("Nobody was found.")
    typer.echo("Not searched: " + " ".join(not_searched), err=True)


def _known(dob: str, today: date) -> dict[str, object]:
    text = dob.strip()
    if not text:
        return {}
    if text.isdigit() and len(text) == 4:
        return {"birth_year": int(text)}
    born = birth_date(text, today)
    if born is None:
        raise Refused(f"--dob must be a date such as 1985-03-14, or a year, not “{text[:40]}”.")
    return {"date_of_birth": born}


def _nothing_to_go_by(found: Found[Candidate]) -> str:
    return " ".join(
        (
            "Nothing to search by: give --name, --dob, --phone or --id.",
            *(line for line in found.not_searched if "you typed" in line or "One letter" in line),
        )
    )


def _as_dict(one: Candidate) -> dict[str, object]:
    return {
        "person": one.person.reference,
        "name": one.name,
        "weight": round(one.weight, 3),
        "probability": round(one.probability, 6),
        "reasons": list(one.reasons),
        "warnings": [f"{marker.label}: {marker.text}" for marker in one.markers],
        "records": [seen.reference for seen in one.records],
    }

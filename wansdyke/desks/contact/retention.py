"""How long calls are kept: of which kind each is, and to which review group the kind belongs."""

from typing import Any

from wansdyke.casework.retained import Retained, Told
from wansdyke.kernel.retention import SOURCE, Group, Kind

# Strands (strands.py) and risks of the menu that make a call of a kind, the gravest first.
OFFENDERS = frozenset({"V13"})
SERIOUS = frozenset({"V03", "V04", "V06", "V07", "V08", "V09"})
SERIOUS_RISKS = frozenset({"sexual-offence"})
KINDS = (
    Kind(
        key="offenders",
        label="A call about a managed sexual or violent offender",
        group=Group.PUBLIC_PROTECTION,
        source=f"{SOURCE}: group 1, public protection",
    ),
    Kind(
        key="serious",
        label="A call about a sexual offence, exploitation, slavery or honour-based abuse",
        group=Group.SERIOUS,
        source=f"{SOURCE}: group 2, other sexual, violent or serious matters",
    ),
    Kind(
        key="domestic",
        label="A call about domestic abuse",
        group=Group.SERIOUS,
        source=f"{SOURCE}: group 2; the group of domestic abuse is a local choice",
    ),
    Kind(
        key="missing",
        label="A call about a missing person",
        group=Group.BY_TYPE,
        source=f"{SOURCE}: group 4, kept until they are found",
    ),
    Kind(
        key="other",
        label="Any other call",
        group=Group.OTHER,
        source=f"{SOURCE}: group 3; the national minimum is six years",
    ),
)


def told_of(contact: Any) -> Told:
    """The kind of a call, the gravest that it is of; and whether somebody is still missing."""
    missing = getattr(contact, "missing", None)
    unresolved = missing is not None and missing.found_at is None
    strands, risks = set(contact.strands), set(contact.risk_types)
    if strands & OFFENDERS:
        kind = "offenders"
    elif strands & SERIOUS or risks & SERIOUS_RISKS:
        kind = "serious"
    elif contact.domestic:
        kind = "domestic"
    else:
        kind = "missing" if missing is not None else "other"
    return Told(kind=kind, unresolved=unresolved)


RETENTION = Retained(
    kinds=KINDS,
    of=told_of,
    related=("missing",),
    subjects=frozenset({"suspect", "subject"}),
)

"""What look-up and linking weigh by, learnt from the force's own records.

Learnt are chances alone: how often a name, a date or a number agrees between records of one person,
and between those of two. Nothing is said of anybody, and no decision of anybody is learnt from.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from math import log2
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.scope import whole
from wansdyke.history import audit
from wansdyke.history.door import change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.bulk import person_v1
from wansdyke.linkage.bulk.columns import BATCH, Columns, Gathered
from wansdyke.linkage.bulk.linker import COMPARED, learnt_something, train
from wansdyke.linkage.bulk.names_in_use import NamesInUse
from wansdyke.linkage.bulk.table import table_of
from wansdyke.linkage.pairing import SAID
from wansdyke.people.agreement import shipped_model
from wansdyke.people.models import ModelInUse, PersonRecord, Residence
from wansdyke.people.weighing import WORDS

TOO_FEW = (
    "There are too few records that are certainly of one person to learn from. What is weighed by"
    " stays as it is."
)


def learn(by: Actor, at: datetime) -> ModelInUse:
    """Learns from all records, and weighs by it from now on. Raises Refused where they teach
    nothing."""
    records, _ = all_records(london(at).date())
    if len(records) < 2:
        raise Refused(TOO_FEW)
    straight, _ = NamesInUse.of(records).straightened(records)
    model = train(table_of(straight))
    if not learnt_something(model):
        raise Refused(TOO_FEW)
    # To the second: a suggestion names what weighed it, and one day may have two.
    name = f"{person_v1.NAME}, learnt {london(at):%Y-%m-%d %H:%M:%S}"
    return _put_to_use(by, at, name, model[COMPARED], len(records))


def as_shipped(by: Actor, at: datetime) -> ModelInUse:
    """Weighs by what comes with the product from now on."""
    return _put_to_use(by, at, str(shipped_model()["name"]), None, 0)


def _put_to_use(
    by: Actor, at: datetime, name: str, learnt: list[dict[str, Any]] | None, records: int
) -> ModelInUse:
    key = uuid.uuid4().hex
    with change(by=by, at=at, key=key, digest=digest_of("weighing", name)) as doing:
        doing.event("weighing changed", subject="weighing", touches=False)
        doing.audit(audit.CONFIGURATION, "weighing", model=name, records=records)
        return ModelInUse.objects.create(
            name=name[:60], learnt=learnt, records=records, by_id=by.user_id, at=at
        )


def all_records(today: date) -> tuple[Columns, list[int]]:
    """Every whole record, cleaned, with the newest home that it names; and their primary keys."""
    gathered, pks = Gathered(today), list[int]()
    for some in _some():
        pks += [one["pk"] for one in some]
        homes = _homes([one["pk"] for one in some])
        said = {name: [one[name] or "" for one in some] for name in SAID}
        said["date_of_birth"] = [str(one["date_of_birth"] or "") for one in some]
        for place, name in enumerate(("house", "street", "postcode")):
            said[name] = [homes.get(one["pk"], ("", "", ""))[place] for one in some]
        gathered.add(said, len(some))
    return gathered.columns(), pks


def _some() -> Iterator[list[dict[str, Any]]]:
    rows = PersonRecord.objects.filter(whole("root__")).order_by("pk")
    after = 0
    while some := list(rows.filter(pk__gt=after).values("pk", "date_of_birth", *SAID)[:BATCH]):
        yield some
        after = some[-1]["pk"]


def _homes(pks: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    rows = Residence.objects.filter(root_id__gte=pks[0], root_id__lte=pks[-1]).order_by("pk")
    keys = ("place__house_key", "place__street_key", "place__postcode_key")
    return {
        root: (house, street, code)
        for root, house, street, code in rows.values_list("root_id", *keys)
    }


def told(learnt: list[dict[str, Any]]) -> Iterator[tuple[str, float, float]]:
    """What each agreement counts for: in words, in bits as shipped, and in bits as learnt."""
    for shipped, own in zip(shipped_model()[COMPARED], learnt, strict=True):
        words = WORDS[shipped["output_column_name"]]
        yield from zip(words, _bits(shipped), _bits(own), strict=True)


def _bits(comparison: dict[str, Any]) -> list[float]:
    levels = [one for one in comparison["comparison_levels"] if not one.get("is_null_level")]
    return [log2(one["m_probability"] / one["u_probability"]) for one in levels]

"""The words of names and addresses: learnt as records are written, found however they are spelt.

A word is found by itself, by itself without any one letter, by how it sounds (double metaphone)
and by its halves, each of them one key in an index. Two words of which a letter was left out,
added, exchanged or replaced share such a key, so that no word is compared with all others.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef
from doublemetaphone import doublemetaphone
from nicknames import NickNamer
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from wansdyke.people.keys import after
from wansdyke.people.models import PersonRecord, Place, Spelling, Word
from wansdyke.people.name_forms import FORMS
from wansdyke.people.names import halves

FORENAME, SURNAME, ADDRESS = Word.FORENAME, Word.SURNAME, Word.ADDRESS
LONGEST = 80
# A shorter word without one letter would be found by half the alphabet.
SHORTEST_SHORTENED = 3
SHORTEST_BEGUN = 2
TWO_EDITS_FROM = 5
AT_ONCE = 500
MOST_COUNTED = 2**31 - 1
SOUND, HALF, BEGUN, COUNTED = "~", "+", "<", ""
# Written out, since to have Django write them would take longer than to answer them.
SHARING = (
    "SELECT s.kind, w.text, s.key, w.records FROM people_spelling s"
    " JOIN people_word w ON w.id = s.word_id WHERE s.kind IN ({}) AND s.key IN ({})"
)
BEGINNING = (
    "SELECT * FROM (SELECT kind, text, %s AS key, records FROM people_word"
    " WHERE kind = %s AND text >= %s AND text < %s ORDER BY records DESC, text LIMIT %s) AS b"
)
READ_ON = "SELECT text FROM people_word WHERE kind = %s AND id > %s ORDER BY id"
# The empty word stands for all that have any.
ALL_COUNTED = (
    "SELECT kind, text, '' AS key, records FROM people_word WHERE kind IN ('f', 's') AND text = ''"
)
_NAMER = NickNamer()
Texts = Mapping[str, Collection[str]]
Spelt = tuple[str, str, str, int]


@dataclass(frozen=True)
class Near:
    """A word near to one that was typed: how alike they are (1 for the same), how many records or
    places had it at the last count, and in which way it is near."""

    text: str
    likeness: float
    records: int
    way: str = "alike"


@lru_cache(maxsize=20_000)
def shortened(text: str) -> frozenset[str]:
    """A word, and what is left of it without any one of its letters."""
    if len(text) < SHORTEST_SHORTENED:
        return frozenset({text})
    return frozenset({text, *(text[:n] + text[n + 1 :] for n in range(len(text)))})


@lru_cache(maxsize=20_000)
def sounds(text: str) -> frozenset[str]:
    """How a word of Latin letters may sound, as keys; empty for others."""
    return frozenset(SOUND + code for code in doublemetaphone(text) if code)


def familiar(forename: str) -> frozenset[str]:
    """The other names that somebody of this forename may go by, short for it or in full."""
    formal = _NAMER.canonicals_of(forename) | FORMS.get(forename, frozenset())
    others = {short for name in formal for short in _NAMER.nicknames_of(name)}
    return frozenset((formal | others | _NAMER.nicknames_of(forename)) - {forename})


def words_of(
    records: Iterable[Mapping[str, Any]] = (), places: Iterable[Place] = ()
) -> dict[str, set[str]]:
    """The words by kind that the columns of records, and places, bring; one of halves has spaces
    between them."""
    found: dict[str, set[str]] = {FORENAME: set(), SURNAME: set(), ADDRESS: set()}
    for columns in records:
        found[FORENAME].add(columns["forename_key"])
        found[SURNAME].add(columns["formerly_key"])
        parts = halves(columns.get("surname", ""))
        whole = columns["surname_key"]
        found[SURNAME].add(" ".join(parts) if "".join(parts) == whole else whole)
    for place in places:
        found[ADDRESS] |= {place.street_key, named_house(place.house_key)}
    return found


def named_house(house: str) -> str:
    """A house's name; "" for a number."""
    return "" if any(mark.isdigit() for mark in house) else house


def learn(texts: Texts) -> int:
    """Adds the words that are not there yet, with their spellings; returns how many there were.

    Surnames of halves come with a space between them. Call in the transaction that writes what
    they are of.
    """
    wanted = {
        (kind, _joined(kind, text)): text
        for kind, found in texts.items()
        # Of one surname written both ways, the way that tells its halves stands.
        for text in sorted(found, key=lambda text: " " in text)
        if text.strip()
    }
    added = 0
    for start in range(0, len(wanted), AT_ONCE):
        # In one order, so that two writers never wait for each other.
        added += _learn(dict(sorted(wanted.items())[start : start + AT_ONCE]))
    return added


def _joined(kind: str, text: str) -> str:
    return (text if kind == ADDRESS else text.replace(" ", ""))[:LONGEST]


def _learn(wanted: Mapping[tuple[str, str], str]) -> int:
    there = _known(wanted)
    missing = {key: text for key, text in wanted.items() if key not in there}
    if not missing:
        return 0
    made = [Word(kind=kind, text=text, records=1) for kind, text in missing]
    Word.objects.bulk_create(made, ignore_conflicts=True)
    keys = _known(missing)
    spelt = [
        Spelling(word_id=keys[kind, text], kind=kind, key=key[:LONGEST])
        for (kind, text), written in missing.items()
        for key in sorted(_spellings(kind, text, written))
    ]
    Spelling.objects.bulk_create(spelt, ignore_conflicts=True, batch_size=AT_ONCE)
    return len(missing)


def _known(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    by_kind: dict[str, list[str]] = {}
    for kind, text in keys:
        by_kind.setdefault(kind, []).append(text)
    return {
        (kind, text): pk
        for kind, texts in by_kind.items()
        for pk, text in Word.objects.filter(kind=kind, text__in=texts).values_list("pk", "text")
    }


def _spellings(kind: str, text: str, written: str) -> Iterator[str]:
    yield from shortened(text)
    yield from sounds(text)
    parts = written.split()
    if kind != FORENAME and len(parts) > 1:
        yield from (HALF + part for part in parts if len(part) >= SHORTEST_SHORTENED)


@dataclass(frozen=True)
class Wanted:
    """A word that was typed: as which kinds it is looked for, and of which kind those that begin
    with it are wanted too, at most so many."""

    typed: str
    kinds: tuple[str, ...]
    begun: str = ""
    most_begun: int = 0

    @property
    def keys(self) -> frozenset[str]:
        """The keys that near words share."""
        return shortened(self.typed) | sounds(self.typed) | {HALF + self.typed}


def near(kinds: Collection[str], typed: str, most: int) -> dict[str, list[Near]]:
    """For each kind the words near to what was typed, the nearest first, at most so many."""
    ((found, _),) = all_near([Wanted(typed, tuple(kinds))], most)
    return found


def all_near(
    wanted: Sequence[Wanted], most: int
) -> list[tuple[dict[str, list[Near]], dict[str, int]]]:
    """For each word the near ones by kind, the nearest first and at most so many, then those that
    begin with it; and how many records were counted of each kind. In one statement."""
    rows = _asked(wanted)
    totals = {kind: records for kind, text, key, records in rows if key == COUNTED}
    return [(_near(one, rows, most), totals) for one in wanted]


def _near(one: Wanted, rows: Sequence[Spelt], most: int) -> dict[str, list[Near]]:
    found: dict[str, dict[str, Near]] = {kind: {} for kind in one.kinds}
    if not one.typed:
        return {kind: [] for kind in one.kinds}
    keys = one.keys
    for kind, text, key, records in rows:
        if kind in found and key in keys:
            half = key == HALF + one.typed
            _keep(found[kind], _compared(one.typed, text, records, half=half))
    if FORENAME in found:
        for text in familiar(one.typed):
            _keep(found[FORENAME], Near(text, 0.95, 0, "familiar"))
    nearest = {kind: _nearest(ones.values(), most) for kind, ones in found.items()}
    if one.begun:
        known = found[one.begun]
        nearest[one.begun] += [
            Near(text, 0.93, records, "begun")
            for kind, text, key, records in rows
            if key == BEGUN + one.typed and kind == one.begun and text not in known
        ]
    return nearest


def _asked(wanted: Sequence[Wanted]) -> list[Spelt]:
    """The words that share a key with any of those wanted, those that begin so, and how many
    records were counted."""
    kinds = sorted({kind for one in wanted if one.typed for kind in one.kinds})
    keys = sorted(set().union(*(one.keys for one in wanted if one.typed)))
    if not keys:
        return []
    slots = (", ".join(["%s"] * len(kinds)), ", ".join(["%s"] * len(keys)))
    parts = [SHARING.format(*slots), ALL_COUNTED]
    values: list[str | int] = [*kinds, *keys]
    for one in wanted:
        if one.begun and len(one.typed) >= SHORTEST_BEGUN:
            parts.append(BEGINNING)
            values += [BEGUN + one.typed, one.begun, one.typed, after(one.typed), one.most_begun]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return list(cursor.fetchall())


def _keep(found: dict[str, Near], one: Near | None) -> None:
    if one is not None and (one.text not in found or found[one.text].likeness < one.likeness):
        found[one.text] = one


def _nearest(found: Iterable[Near], most: int) -> list[Near]:
    return sorted(found, key=lambda one: (-one.likeness, -one.records, one.text))[:most]


def _compared(typed: str, text: str, records: int, *, half: bool) -> Near | None:
    if text == typed:
        return Near(text, 1.0, records, "same")
    if half:
        return Near(text, 0.94, records, "half")
    edits = OSA.distance(typed, text, score_cutoff=2)
    likeness = JaroWinkler.similarity(typed, text)
    if edits == 1 and min(len(typed), len(text)) >= SHORTEST_SHORTENED:
        return Near(text, max(0.9, likeness), records)
    if edits == 2 and min(len(typed), len(text)) >= TWO_EDITS_FROM:
        return Near(text, max(0.8, min(likeness, 0.9)), records)
    if likeness >= 0.8 or sounds(typed) & sounds(text):
        return Near(text, min(likeness, 0.89), records)
    return None


class _Held:
    """The words of a kind in this process's memory, read on as new ones come."""

    def __init__(self) -> None:
        self.last: tuple[int, str] | None = None
        self.by_length: dict[int, list[str]] = {}

    def up_to_date(self, kind: str) -> dict[int, list[str]]:
        rows = Word.objects.filter(kind=kind)
        newest = rows.order_by("-pk").values_list("pk", "text").first()
        if newest == self.last:
            return self.by_length
        # What was taken back, or another database, leaves nothing of what was read.
        if self.last is None or not rows.filter(pk=self.last[0], text=self.last[1]).exists():
            self.last, self.by_length = None, {}
        with connection.cursor() as cursor:
            cursor.execute(READ_ON, [kind, self.last[0] if self.last else 0])
            for (text,) in cursor.fetchall():
                self.by_length.setdefault(len(text), []).append(text)
        self.last = newest
        return self.by_length


_HELD: dict[tuple[str, str], _Held] = {}


def far(kind: str, typed: str, most: int) -> list[Near]:
    """The words two letters away: for when those near to what was typed lead to nobody."""
    if len(typed) < TWO_EDITS_FROM:
        return []
    name = str(connection.settings_dict["NAME"])
    by_length = _HELD.setdefault((name, kind), _Held()).up_to_date(kind)
    found = []
    for length in range(len(typed) - 2, len(typed) + 3):
        found += process.extract(
            typed, by_length.get(length, ()), scorer=OSA.distance, score_cutoff=2, limit=most
        )
    return _nearest((Near(t, 0.9 - 0.04 * edits, 0) for t, edits, _ in found if t != typed), most)


_COUNTED: tuple[tuple[str, type[PersonRecord] | type[Place], tuple[str, ...]], ...] = (
    (FORENAME, PersonRecord, ("forename_key",)),
    (SURNAME, PersonRecord, ("surname_key", "formerly_key")),
    (ADDRESS, Place, ("street_key", "house_key")),
)


def recount() -> int:
    """Counts anew how many records and places have each word, learns those that are missing and
    forgets those that none had at two counts. Returns how many words changed.

    By short transactions of its own.
    """
    changed = 0
    for kind, model, columns in _COUNTED:
        having: Counter[str] = Counter()
        for name in columns:
            texts = model._default_manager.exclude(**{name: ""}).values_list(name, flat=True)
            having.update(filter(named_house, texts) if name == "house_key" else texts)
        changed += learn({kind: having if kind != SURNAME else _written(having)})
        changed += _forgotten(kind, model, columns, having) + _recounted(kind, having)
        Word.objects.update_or_create(
            kind=kind, text="", defaults={"records": min(having.total(), MOST_COUNTED)}
        )
    return changed


def _written(surnames: Iterable[str]) -> set[str]:
    """Surnames as keys, those of several parts with the spaces between them."""
    known = set(Word.objects.filter(kind=SURNAME).values_list("text", flat=True))
    missing = [text for text in surnames if text not in known]
    found = set(missing)
    for start in range(0, len(missing), AT_ONCE):
        of = PersonRecord.objects.filter(surname_key__in=missing[start : start + AT_ONCE])
        rows = of.order_by().values("forename_key", "surname_key", "formerly_key", "surname")
        found |= words_of(rows.distinct())[SURNAME]
    return found


def _recounted(kind: str, having: Mapping[str, int]) -> int:
    changed: dict[int, list[int]] = {}
    words = Word.objects.filter(kind=kind).exclude(text="")
    for pk, text, records in words.values_list("pk", "text", "records"):
        now = having.get(text, 0)
        if now != records:
            changed.setdefault(now, []).append(pk)
    for now, pks in changed.items():
        for start in range(0, len(pks), AT_ONCE):
            Word.objects.filter(pk__in=pks[start : start + AT_ONCE]).update(records=now)
    return sum(map(len, changed.values()))


def _forgotten(
    kind: str,
    model: type[PersonRecord] | type[Place],
    columns: tuple[str, ...],
    having: Mapping[str, int],
) -> int:
    idle = Word.objects.filter(kind=kind, records=0).exclude(text="")
    unused = [pk for pk, text in idle.values_list("pk", "text") if text not in having]
    # Asked again as it is deleted: a record may have come meanwhile.
    used = [~Exists(model._default_manager.filter(**{name: OuterRef("text")})) for name in columns]
    for start in range(0, len(unused), AT_ONCE):
        Word.objects.filter(*used, pk__in=unused[start : start + AT_ONCE]).delete()
    return len(unused)

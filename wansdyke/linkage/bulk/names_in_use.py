"""What a whole file says of names: which words are forenames, and whose two names are exchanged."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import pyarrow as pa

from wansdyke.linkage.bulk.columns import Columns

# A forename that this many surnames go with is a name of its own, not a misspelling of another.
SURNAMES_OF_A_NAME = 8
# How many times likelier the exchanged reading has to be.
LIKELIER = 20
# How many times a word without another has to be a forename in other records.
SINGLE_LIKELIER = 4
UNSEEN = 0.5


@dataclass(frozen=True)
class NamesInUse:
    """How often each word is a forename and a surname, and the forenames that many people have."""

    forenames: Counter[str]
    surnames: Counter[str]
    common: frozenset[str]

    @classmethod
    def of(cls, records: Columns) -> "NamesInUse":
        """Of all the records of a file."""
        forenames, surnames = Counter[str](), Counter[str]()
        with_surnames: dict[str, set[str]] = defaultdict(set)
        for some in records.pairs_of("forename", "surname"):
            forenames.update(given for given, _ in some)
            # A surname alone is often the single name of somebody who has no surname.
            surnames.update(family for given, family in some if given)
            for given, family in some:
                if len(given) > 1 and family and len(with_surnames[given]) < SURNAMES_OF_A_NAME:
                    with_surnames[given].add(family)
        del forenames[""], surnames[""]
        common = (name for name, found in with_surnames.items() if len(found) >= SURNAMES_OF_A_NAME)
        return cls(forenames, surnames, frozenset(common))

    def straightened(self, records: Columns) -> tuple[Columns, int]:
        """The records with forename and surname exchanged where that is far likelier, and in how
        many it is."""
        count, given, family = 0, [], []
        for some in records.pairs_of("forename", "surname"):
            right = [two[::-1] if self.exchanged(*two) else two for two in some]
            count += sum(now is not then for now, then in zip(right, some, strict=True))
            given.append(pa.array([one or None for one, _ in right], pa.string()))
            family.append(pa.array([one or None for _, one in right], pa.string()))
        forename, surname = pa.chunked_array(given), pa.chunked_array(family)
        return records.with_columns(forename=forename, surname=surname), count

    def exchanged(self, given: str, family: str) -> bool:
        """Whether a forename and surname are far likelier the other way round, or a surname alone
        is a forename."""
        if not family or given == family:
            return False
        if not given:
            as_forename = _likely(self.forenames, family)
            return as_forename >= SINGLE_LIKELIER * _likely(self.surnames, family)
        if family not in self.forenames and given not in self.surnames:
            return False
        as_said = _likely(self.forenames, given) * _likely(self.surnames, family)
        exchanged = _likely(self.forenames, family) * _likely(self.surnames, given)
        return exchanged >= LIKELIER * as_said


def _likely(counted: Counter[str], word: str) -> float:
    return counted.get(word, 0) + UNSEEN

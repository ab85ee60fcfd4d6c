"""What a whole file says of names: which words are forenames, and whose two names are exchanged."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wansdyke.people.cleaning import Cleaned

# A forename that this many surnames go with is a name of its own, not a misspelling of another.
SURNAMES_OF_A_NAME = 8
# How many times likelier the exchanged reading has to be.
LIKELIER = 20
UNSEEN = 0.5


@dataclass(frozen=True)
class NamesInUse:
    """How often each word is a forename and a surname, and the forenames that many people have."""

    forenames: Counter[str]
    surnames: Counter[str]
    common: frozenset[str]

    @classmethod
    def of(cls, records: Sequence[Cleaned]) -> "NamesInUse":
        """Of all the records of a file."""
        with_surnames: dict[str, set[str]] = defaultdict(set)
        for one in records:
            if len(one.forename) > 1 and one.surname:
                with_surnames[one.forename].add(one.surname)
        common = (name for name, found in with_surnames.items() if len(found) >= SURNAMES_OF_A_NAME)
        return cls(
            Counter(one.forename for one in records if one.forename),
            Counter(one.surname for one in records if one.surname),
            frozenset(common),
        )

    def straightened(self, one: Cleaned) -> Cleaned:
        """The record with its forename and surname exchanged where that is far likelier."""
        given, family = one.forename, one.surname
        if not given or not family or given == family:
            return one
        as_said = self._likely(self.forenames, given) * self._likely(self.surnames, family)
        exchanged = self._likely(self.forenames, family) * self._likely(self.surnames, given)
        if exchanged < LIKELIER * as_said:
            return one
        return replace(one, forename=family, surname=given)

    def _likely(self, counted: Counter[str], word: str) -> float:
        return counted[word] + UNSEEN

"""Canary words: one of its own for each section of each record, and who else may read it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.sweeps.decisions import Viewer

WORD = re.compile(r"zq\d{4}x", re.IGNORECASE)
Also = Callable[[Viewer], bool]


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One word: the story of the record it was put into, its section, and who else may read it."""

    word: str
    story: str
    section: str
    also: Also | None = None


@dataclass
class Secrets:
    """Every word that was put somewhere, and the reference each story got."""

    words: dict[str, Secret] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)

    def word(self, story: str, section: str, also: Also | None = None) -> str:
        """A new word for a section of a story's record."""
        word = f"zq{len(self.words):04d}x"
        self.words[word] = Secret(word=word, story=story, section=section, also=also)
        return word

    def of(self, story: str, section: str) -> list[str]:
        """The words of one section of a story's record."""
        found = self.words.values()
        return [one.word for one in found if (one.story, one.section) == (story, section)]


def words_in(texts: Iterable[str]) -> set[str]:
    """The canary words that occur in some texts."""
    return {found.lower() for text in texts for found in WORD.findall(text)}

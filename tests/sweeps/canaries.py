"""Canary words: one of its own for each section of each record, and who else may read it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from string import ascii_lowercase

from tests.sweeps.decisions import Viewer

# Alone, since a random token may have such letters in its midst.
WORD = re.compile(r"(?<![a-z0-9])zq[a-z]{8}x(?![a-z0-9])", re.IGNORECASE)
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
        # No two alike, for a search finds what is spelt or sounds alike.
        drawn = sha256(str(len(self.words)).encode()).digest()[:8]
        word = f"zq{''.join(ascii_lowercase[byte % 26] for byte in drawn)}x"
        self.words[word] = Secret(word=word, story=story, section=section, also=also)
        return word

    def of(self, story: str, section: str) -> list[str]:
        """The words of one section of a story's record."""
        found = self.words.values()
        return [one.word for one in found if (one.story, one.section) == (story, section)]


def words_in(texts: Iterable[str]) -> set[str]:
    """The canary words that occur in some texts."""
    return {found.lower() for text in texts for found in WORD.findall(text)}

"""What the page of areas is asked: which months, which kind of area, which incidents and crimes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from wansdyke.assurance.period_form import PeriodForm
from wansdyke.casework.counted import Counting, Split

COUNTED_KIND, POLICING_KIND = "counted", "policing"
KINDS = ((COUNTED_KIND, "LSOA"), (POLICING_KIND, "Community policing area"))
OWN, OWN_RATE, PUBLISHED, PUBLISHED_RATE = "own", "own-rate", "published", "published-rate"


@dataclass(frozen=True)
class Offered:
    """What there is to choose from."""

    kinds: tuple[tuple[str, str], ...]
    months: Sequence[date]
    categories: Sequence[str]
    counting: Counting | None

    @property
    def narrowing(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The groups of own incidents that may be chosen, each with its values."""
        if self.counting is None:
            return []
        splits = [self.counting.split(key) for key in self.counting.narrowed_by]
        return [
            (split.label, [(f"{split.key}:{value}", words) for value, words in split.choices()])
            for split in splits
            if split is not None and split.choices is not None
        ]

    @property
    def mapped(self) -> list[tuple[str, str]]:
        """What a map may be shaded by."""
        own = [(OWN, "Own incidents"), (OWN_RATE, "Own incidents per 1,000 residents")]
        theirs = [(PUBLISHED, "Published"), (PUBLISHED_RATE, "Published per 1,000 residents")]
        return [*(own if self.counting else []), *(theirs if self.months else [])]


class AreasForm(PeriodForm):
    """The page's questions."""

    kind = forms.ChoiceField(label="Kind of area", required=False)
    incidents = forms.ChoiceField(label="Own incidents", required=False)
    category = forms.ChoiceField(
        label="Published category",
        required=False,
        error_messages={"invalid_choice": "Choose one of the categories that are loaded"},
    )
    shade = forms.ChoiceField(label="Map shows", required=False)

    def __init__(self, data: Any, today: date, offered: Offered) -> None:
        super().__init__(data, today, offered.months)
        self.offered = offered
        choices: dict[str, list[Any]] = {
            "kind": list(offered.kinds),
            "incidents": [("", "All"), *offered.narrowing],
            "category": [("", "All categories"), *((c, c) for c in offered.categories)],
            "shade": offered.mapped,
        }
        for name, found in choices.items():
            # One answer is no question.
            if len(found) < 2:
                del self.fields[name]
            else:
                self.fields[name].choices = found  # type: ignore[attr-defined]
                self.initial[name] = found[0][0]

    def answer(self, name: str) -> str:
        """What was chosen, or what stands where nothing was."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return str(chosen.get(name) or self.initial.get(name, ""))

    @property
    def area_kind(self) -> str:
        """Which areas."""
        kinds = self.offered.kinds
        return self.answer("kind") or (kinds[0][0] if kinds else COUNTED_KIND)

    def incidents_split(self) -> tuple[Split, str] | None:
        """Which of the own incidents: a split and its value; None for all of them."""
        key, _, value = self.answer("incidents").partition(":")
        split = self.offered.counting.split(key) if self.offered.counting and key else None
        return (split, value) if split else None

"""Force settings: declared with a default where they are used, dated and audited when changed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from wansdyke.access.models import ForceSetting
from wansdyke.kernel.flow import Refused


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting of the force: its key, words, default, and what it may be."""

    key: str
    title: str
    default: Any
    kind: str = "whole number"
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    least: int = 1
    most: int = 100_000
    source: str = ""
    hint: str = ""
    labels: dict[str, str] = field(default_factory=dict)

    def checked(self, text: str) -> Any:
        """The typed text as a value of this setting; raises Refused with the field's own words."""
        if self.kind == "whole number":
            if not text.strip().isdigit() or not self.least <= int(text) <= self.most:
                raise Refused(
                    f"{self.title} must be a whole number between {self.least} and {self.most}.",
                    field="value",
                )
            return int(text)
        if self.choices and text not in dict(self.choices):
            raise Refused(f"Choose one of the values listed for {self.title}.", field="value")
        return text


def value_of(setting: Setting, at: datetime) -> Any:
    """What a setting is at a moment: the newest value that had begun, else its default."""
    return values_of((setting,), at)[setting.key]


def values_of(settings: tuple[Setting, ...], at: datetime) -> dict[str, Any]:
    """What several settings are at a moment, by key, in one query."""
    found = {s.key: s.default for s in settings}
    rows = ForceSetting.objects.filter(key__in=list(found), from_at__lte=at).order_by(
        "from_at", "pk"
    )
    found.update(rows.values_list("key", "value"))
    return found

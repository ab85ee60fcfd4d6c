"""What a form showed as standing, sent back with it: nobody writes over what they never saw.

A case has a version; what has none, such as an agency or a line of a menu, is held by its values.
"""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from wansdyke.history.door import plain
from wansdyke.kernel.flow import Refused
from wansdyke.ui.forms import PlainForm

NOTHING = "nothing"


class Overtaken(Refused):
    """A colleague changed fields that the user changed too. `theirs` is what those say now, `now`
    what every field of the form says."""

    def __init__(self, theirs: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        super().__init__("Somebody else changed this while you had it open.")
        self.theirs, self.now = dict(theirs), dict(now)


def shown(values: Mapping[str, Any]) -> str:
    """What stands, as a form carries it."""
    return json.dumps(plain(dict(values)), sort_keys=True)


def settled(
    seen: str | None, typed: Mapping[str, Any], now: Mapping[str, Any], *, as_left: bool = True
) -> dict[str, Any]:
    """What to write of what was typed, given what the form showed and what stands `now`.

    A field that the user left as it was shown keeps what a colleague made of it, unless a form's
    author says that what was left is meant too (`as_left` False). Raises Overtaken for what both
    changed, and otherwise; Refused for a form that does not say what it showed. `seen` is None
    for whoever saw no form: what they say is written.
    """
    if seen is None:
        return dict(typed)
    stood = _read(seen, typed)
    moved = {name for name in typed if plain(now[name]) != stood[name]}
    meant = {name for name in moved if not as_left or plain(typed[name]) != stood[name]}
    theirs = {name: now[name] for name in meant if plain(typed[name]) != plain(now[name])}
    if theirs:
        raise Overtaken(theirs, now)
    return {name: now[name] if name in moved else value for name, value in typed.items()}


def _read(seen: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    try:
        stood = json.loads(seen)
    except (ValueError, RecursionError):
        stood = None
    if not isinstance(stood, dict) or set(typed) - set(stood):
        raise Refused("This form does not say what it showed. Open the page again.")
    return stood


class SeenForm(PlainForm):
    """A form that starts from what stands and carries that along. `watched` are its fields that
    are compared."""

    watched: tuple[str, ...] = ()
    seen = forms.CharField(widget=forms.HiddenInput, max_length=20_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = shown(
            {name: self.get_initial_for_field(self.fields[name], name) for name in self.watched}
        )

    def overtaken(self, refused: Overtaken) -> None:
        """Says beside each field what a colleague wrote; what was typed stays, and is written if
        it is sent again."""
        sent = self.data.copy() if isinstance(self.data, QueryDict) else QueryDict(mutable=True)
        sent["seen"] = shown({name: refused.now[name] for name in self.watched})
        self.data = sent
        for name, value in refused.theirs.items():
            words = f"Somebody else changed this to “{self._said(name, value)}” meanwhile."
            self.add_error(name, f"{words} What you send next takes its place")

    def _said(self, name: str, value: Any) -> str:
        offered = dict(getattr(self.fields[name], "choices", ()))
        if isinstance(value, bool):
            return "Yes" if value else "No"
        several = value if isinstance(value, list) else [value]
        return ", ".join(str(offered.get(one, one)) for one in several) or NOTHING

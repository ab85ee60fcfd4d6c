"""From which month to which: asked on every page of figures."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from django import forms

from wansdyke.casework.counted import Period
from wansdyke.kernel.calendar import add_months
from wansdyke.ui.forms import PlainForm

MONTHS_OFFERED = 60
YEAR = 12


class PeriodForm(PlainForm):
    """From which month to which."""

    marks_optional = False
    first = forms.ChoiceField(label="First month", required=False)
    last = forms.ChoiceField(label="Last month", required=False)

    def __init__(self, data: Any, today: date, older: Collection[date] = ()) -> None:
        super().__init__(data)
        months = [add_months(today.replace(day=1), -back) for back in range(MONTHS_OFFERED)]
        # Years before may be loaded of what others published.
        months += sorted((month for month in older if month < months[-1]), reverse=True)
        choices = [(f"{month:%Y-%m}", f"{month:%B %Y}") for month in months]
        self.today = today
        self.fields["first"].choices = choices  # type: ignore[attr-defined]
        self.fields["last"].choices = choices  # type: ignore[attr-defined]
        self.initial = {"first": f"{months[YEAR - 1]:%Y-%m}", "last": f"{months[0]:%Y-%m}"}

    def clean(self) -> dict[str, Any]:
        """The months must be in order."""
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", "The last month must be the first month or later")
        return data

    def period(self) -> Period:
        """The months asked for, the one that is not over yet as far as today."""
        asked = self.cleaned_data if self.is_bound and self.is_valid() else {}
        first = date.fromisoformat(f"{asked.get('first') or self.initial['first']}-01")
        last = date.fromisoformat(f"{asked.get('last') or self.initial['last']}-01")
        return Period(first, min(add_months(last, 1) - timedelta(days=1), self.today))

    def asked(self) -> str:
        """The same as a query string, for the links of the page."""
        if not self.is_bound or not self.is_valid():
            return ""
        return f"?first={self.cleaned_data['first']}&last={self.cleaned_data['last']}"


Form = TypeVar("Form", bound=PeriodForm)


def asked_period(form: type[Form], given: Mapping[str, Any], today: date, *more: Any) -> Form:
    """The form as a query string fills it. A month left out is the usual one, so that half an
    address still shows a page."""
    usual = form(None, today, *more)
    if not set(usual.fields) & set(given):
        return usual
    return form({**usual.initial, **{name: given[name] for name in given}}, today, *more)

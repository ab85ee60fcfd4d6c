"""Form fields of GOV.UK kinds: a date in three boxes, a London moment, one or many answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from wansdyke.ui import typed_dates
from wansdyke.ui.questions import named
from wansdyke.ui.typed_dates import Unclear
from wansdyke.ui.words import date_words, london

NONE: Final = "none"


@dataclass(frozen=True)
class Option:
    """One answer to choose: what is stored, what is read, and a hint beneath it."""

    value: str
    label: str
    hint: str = ""


class Boxes(forms.Widget):
    """Several text boxes that make one value, each kept as it was typed."""

    parts: ClassVar[tuple[str, ...]] = ()

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> tuple[str, ...]:
        """What was typed, box by box."""
        return tuple(str(data.get(f"{name}-{part}", "")) for part in self.parts)

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> bool:
        """Whether none of the boxes was sent at all."""
        return all(f"{name}-{part}" not in data for part in self.parts)

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """The id of the first box."""
        return f"{id_}-{self.parts[0]}"

    def texts(self, value: Any) -> tuple[str, ...]:
        """What stands in each box for a value, or for what was typed."""
        return value if isinstance(value, tuple) else tuple("" for _ in self.parts)


class DateBoxes(Boxes):
    """Day, month and year."""

    parts = ("day", "month", "year")

    def texts(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, date):
            return str(value.day), str(value.month), str(value.year)
        return super().texts(value)


class MomentBoxes(Boxes):
    """A day and a time."""

    parts = ("date", "time")

    def texts(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, datetime):
            return typed_dates.day_text(value), typed_dates.clock_text(value)
        return super().texts(value)


class _Boxed(forms.Field):
    """A field whose value is read from several boxes."""

    def read(self, typed: tuple[str, ...]) -> Any:
        raise TypeError(f"{type(self).__name__} does not say how its boxes are read")

    def clean(self, value: Any) -> Any:
        """The value, or None where nothing was typed and nothing need be.

        Raises:
            ValidationError: with the boxes at fault in `params["parts"]`.
        """
        typed = tuple(value or ())
        if not any(text.strip() for text in typed):
            return super().clean(None)
        try:
            found = self.read(typed)
        except Unclear as unclear:
            raise ValidationError(
                f"{named(str(self.label))} {unclear.sentence}",
                code="invalid",
                params={"parts": unclear.parts},
            ) from None
        return super().clean(found)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether what is typed means something else than the first value."""
        if not any(text.strip() for text in data or ()):
            return initial is not None
        try:
            found = self.read(tuple(data))
        except Unclear:
            return True
        if isinstance(initial, datetime):
            initial = initial.replace(microsecond=0)
        return bool(found != initial)


class DateParts(_Boxed):
    """A date in three boxes. The month may be a name; `earliest` and `latest` are included."""

    widget = DateBoxes

    def __init__(
        self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.earliest, self.latest = earliest, latest

    def read(self, typed: tuple[str, ...]) -> date:
        """The date.

        Raises:
            Unclear: there is none, or it is out of bounds.
        """
        found = typed_dates.read_parts(*typed)
        if self.earliest and found < self.earliest:
            raise Unclear(f"must be on or after {date_words(self.earliest)}", *DateBoxes.parts)
        if self.latest and found > self.latest:
            raise Unclear(f"must be on or before {date_words(self.latest)}", *DateBoxes.parts)
        return found


# Nothing that is worked on here was before it; a year of two digits, or 1, is a slip.
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


class LondonMoment(_Boxed):
    """A day and a time typed as a London clock shows them; "now" alone will do.

    The value is the instant in UTC: in the hour that comes twice, a London datetime equals
    no other, not even the same instant read back from the database. `clock` says when now
    is; `earliest` and `latest` are included.
    """

    widget = MomentBoxes

    def __init__(
        self,
        *,
        earliest: datetime | None = LONG_AGO,
        latest: datetime | None = None,
        clock: Callable[[], datetime] = timezone.now,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.earliest, self.latest, self.clock = earliest, latest, clock

    def read(self, typed: tuple[str, ...]) -> datetime:
        """The moment.

        Raises:
            Unclear: there is none, or it is out of bounds.
        """
        day, clock = typed
        found = typed_dates.read_moment(day, clock, self.clock()).astimezone(UTC)
        if self.earliest and found < self.earliest:
            raise Unclear(f"must be at or after {london(self.earliest)}", *MomentBoxes.parts)
        if self.latest and found > self.latest:
            raise Unclear(f"must be at or before {london(self.latest)}", *MomentBoxes.parts)
        return found


class TimeOfDay(forms.CharField):
    """A time of day in one box, as a London clock shows it: "9am", "14:05"; None for nothing."""

    def clean(self, value: Any) -> Any:
        """The time.

        Raises:
            ValidationError: it is no time of day.
        """
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return typed_dates.read_clock(typed)[0]
        except Unclear as unclear:
            raise ValidationError(
                f"{named(str(self.label))} {unclear.sentence}", code="invalid"
            ) from None


class OneOf(forms.ChoiceField):
    """One answer out of a few, as radios with hints."""

    widget = forms.RadioSelect

    def __init__(self, *, options: Sequence[Option], **kwargs: Any) -> None:
        self.options = tuple(options)
        super().__init__(choices=[(o.value, o.label) for o in self.options], **kwargs)


class AnyOf(forms.MultipleChoiceField):
    """Any number of answers, as checkboxes with hints.

    With `none_label` ("None of these") there is a last box that excludes the others; then
    `[]` means that none was said to apply, and None that nothing was answered.
    """

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, options: Sequence[Option], none_label: str = "", **kwargs: Any) -> None:
        self.options = tuple(options)
        self.none_label = none_label
        choices = [(o.value, o.label) for o in self.options]
        choices += [(NONE, none_label)] if none_label else []
        super().__init__(choices=choices, **kwargs)

    def clean(self, value: Any) -> list[str] | None:
        """The answers chosen, in the order of the options.

        Raises:
            ValidationError: none of them and some of them at once, or an unknown one.
        """
        chosen: list[str] = super().clean(value)
        if not self.none_label:
            return chosen
        if NONE in chosen and len(chosen) > 1:
            raise ValidationError(
                f"Select what applies, or select “{self.none_label}”", code="none_and_some"
            )
        return [o.value for o in self.options if o.value in chosen] if chosen else None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was ticked; nothing ticked is no answer, and not "none of these"."""
        return super().bound_data(data, initial) or None

    def prepare_value(self, value: Any) -> Any:
        """The boxes to tick for a stored value."""
        return [NONE] if self.none_label and value == [] else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other boxes are ticked than at first."""
        return set(self.prepare_value(initial) or ()) != set(data or ())

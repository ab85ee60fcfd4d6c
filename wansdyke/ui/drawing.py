"""What `ui/form.html` needs to draw a form field: which GOV.UK macro, and its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.widgets import Input

from wansdyke.ui.typed_fields import AnyOf, Boxes, DateBoxes, MomentBoxes, OneOf

Params = dict[str, Any]

# The first that fits rules: a later kind is a parent class of an earlier one.
KINDS: Final[tuple[tuple[type[forms.Widget], str], ...]] = (
    (forms.HiddenInput, "hidden"),
    (DateBoxes, "date"),
    (MomentBoxes, "moment"),
    (forms.CheckboxInput, "checkbox"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.SelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file"),
    (forms.PasswordInput, "password"),
    (Input, "input"),
)
# What the macros take by name, and what would cut off silently what somebody pastes.
NOT_ATTRIBUTES: Final = frozenset(
    {"autocomplete", "class", "inputmode", "spellcheck", "autocapitalize", "pattern", "rows"}
    | {"cols", "maxlength", "minlength", "min", "max", "step", "type", "required"}
)
WIDTHS: Final = (2, 3, 4, 5, 10, 20)
USUAL_HINTS: Final[Mapping[str, str]] = {
    "date": "For example, 27 3 2007",
    "moment": "For example, 22/11/2026 and 9:33pm. You can type “now” instead",
}


@dataclass(frozen=True)
class Drawn:
    """A field ready to draw: the kind of control and the parameters of its macro."""

    kind: str
    params: Params


def kind_of(bound: BoundField) -> str:
    """Which control a field's widget is.

    Raises:
        TypeError: there is no GOV.UK control for it.
    """
    for widget, kind in KINDS:
        if isinstance(bound.field.widget, widget):
            return kind
    raise TypeError(f"No control for {type(bound.field.widget).__name__}.")


def drawn(
    bound: BoundField,
    *,
    size: str = "s",
    heading: bool = False,
    label: str = "",
    hint: str = "",
    width: int = 0,
    rows: int = 5,
    inline: bool = False,
    reveals: Mapping[str, str] | None = None,
) -> Drawn:
    """A field, ready to draw.

    `size` is that of its label (s, m, l, xl); `heading` makes the label the page's h1;
    `width` is in characters (2, 3, 4, 5, 10, 20); `reveals` maps an answer to safe HTML that
    shows when it is chosen; `label` and `hint` take the place of the field's own.
    """
    kind = kind_of(bound)
    params = _common(bound, kind, hint)
    title = label or _label(bound)
    if kind in ("date", "moment", "radios", "checkboxes"):
        legend = {"text": title, "isPageHeading": heading}
        params["fieldset"] = {"legend": legend | {"classes": f"govuk-fieldset__legend--{size}"}}
    else:
        label_class = f"govuk-label--{size}"
        params["label"] = {"text": title, "isPageHeading": heading, "classes": label_class}
    if kind in ("date", "moment"):
        params |= _boxes(bound)
    elif kind in ("radios", "checkboxes", "select"):
        params |= _choosing(bound, kind, inline=inline, reveals=reveals or {})
    elif kind == "checkbox":
        params |= _one_box(params, bound, title)
    else:
        params |= _typing(bound, kind, width=width, rows=rows)
    return Drawn(kind, params)


def _label(bound: BoundField) -> str:
    optional = getattr(bound.form, "marks_optional", False) and not bound.field.required
    optional = optional and bound.name not in getattr(bound.form, "sometimes_needed", ())
    plain = optional and not isinstance(bound.field.widget, forms.CheckboxInput)
    return f"{bound.label} (optional)" if plain else str(bound.label)


def _common(bound: BoundField, kind: str, hint: str) -> Params:
    attrs = bound.field.widget.attrs
    params: Params = {
        "id": _id(bound),
        "idPrefix": _id(bound),
        "name": bound.html_name,
        "namePrefix": bound.html_name,
        "disabled": bound.field.disabled,
        "attributes": {k: v for k, v in attrs.items() if k not in NOT_ATTRIBUTES},
        "classes": str(attrs.get("class", "")),
    }
    said = hint or bound.help_text or USUAL_HINTS.get(kind, "")
    if said:
        # A hint marked safe in Python is HTML; any other is text.
        params["hint"] = {"html" if hasattr(said, "__html__") else "text": said}
    sentences = _sentences(bound)
    if sentences:
        params["errorMessage"] = {"text": sentences[0]}
    return params


def _typing(bound: BoundField, kind: str, *, width: int, rows: int) -> Params:
    widget, attrs = bound.field.widget, bound.field.widget.attrs
    params: Params = {k: attrs[k] for k in ("autocomplete", "autocapitalize") if k in attrs}
    if kind == "file":
        return {"multiple": bool(attrs.get("multiple"))}
    value = widget.format_value(bound.value()) if hasattr(widget, "format_value") else ""
    params["value"] = "" if value is None or kind == "password" else value
    params["classes"] = f"{attrs.get('class', '')} {_width_class(bound, kind, width)}".strip()
    if "spellcheck" in attrs:
        params["spellcheck"] = str(attrs["spellcheck"]).lower() == "true"
    if kind == "textarea":
        return params | {"rows": rows}
    return params | _input_type(bound, widget)


def _input_type(bound: BoundField, widget: forms.Widget) -> Params:
    kind = str(getattr(widget, "input_type", "text"))
    typed: Params = {"type": kind}
    if kind == "number":
        # A number box drops what it cannot read and changes under the mouse wheel.
        fraction = isinstance(bound.field, (forms.DecimalField, forms.FloatField))
        typed = {"type": "text", "inputmode": "decimal" if fraction else "numeric"}
    if kind == "email":
        typed |= {"spellcheck": False}
    if "inputmode" in widget.attrs:
        typed["inputmode"] = widget.attrs["inputmode"]
    return typed


def _width_class(bound: BoundField, kind: str, width: int) -> str:
    if kind == "textarea":
        return ""
    if not width and isinstance(bound.field, forms.IntegerField):
        width = 5
    longest = getattr(bound.field, "max_length", None)
    fits = [w for w in WIDTHS if w >= (width or longest or 1000)]
    return f"govuk-input--width-{fits[0]}" if fits else ""


def _boxes(bound: BoundField) -> Params:
    widget = bound.field.widget
    texts = widget.texts(bound.value())
    faulty = faulty_parts(bound)
    widths = {"day": 2, "month": 2, "year": 4, "date": 10, "time": 5}
    items = [
        {
            "name": part,
            "label": part.capitalize(),
            "value": text,
            "inputmode": "text" if part in ("date", "time") else "numeric",
            "classes": f"govuk-input--width-{10 if part == 'time' else widths[part]}"
            + (" govuk-input--error" if part in faulty else ""),
        }
        for part, text in zip(widget.parts, texts, strict=True)
    ]
    return {"items": items}


def _choosing(bound: BoundField, kind: str, *, inline: bool, reveals: Mapping[str, str]) -> Params:
    chosen = bound.field.widget.format_value(bound.value())
    items = _answers(bound, chosen, reveals)
    if kind == "select":
        if not any(item["value"] in chosen for item in items):
            # Without this a browser would choose the first answer, and nobody would have.
            items.insert(0, {"value": "", "text": "Select", "selected": True})
        return {"items": items}
    if isinstance(bound.field, AnyOf) and bound.field.none_label:
        items[-1]["behaviour"] = "exclusive"
        items.insert(-1, {"divider": "or"})
    return {"items": items, "classes": "govuk-radios--inline" if inline else ""}


def _answers(bound: BoundField, chosen: list[str], reveals: Mapping[str, str]) -> list[Params]:
    hints: dict[str, str] = {}
    if isinstance(bound.field, (OneOf, AnyOf)):
        hints = {option.value: option.hint for option in bound.field.options if option.hint}
    items: list[Params] = []
    for value, text in _flat(bound.field.widget.choices):
        item: Params = {"value": value, "text": text}
        item |= {"checked": value in chosen, "selected": value in chosen}
        if value in hints:
            item["hint"] = {"text": hints[value]}
        if value in reveals:
            item["conditional"] = {"html": reveals[value]}
        items.append(item)
    return items


def _flat(choices: Any) -> list[tuple[str, str]]:
    """Values and labels as text, the members of a group after one another."""
    pairs: list[tuple[str, str]] = []
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            pairs += _flat(label)
        else:
            pairs.append(("" if value is None else str(value), str(label)))
    return pairs


def _one_box(params: Params, bound: BoundField, title: str) -> Params:
    item: Params = {"value": "on", "text": title, "checked": bool(bound.value())}
    if "hint" in params:
        item["hint"] = params.pop("hint")
    return {"items": [item]}


def _id(bound: BoundField) -> str:
    return bound.auto_id or bound.html_name


def _problems(bound: BoundField) -> list[ValidationError]:
    return list(bound.form.errors.as_data().get(bound.name, [])) if bound.form.is_bound else []


def _sentences(bound: BoundField) -> list[str]:
    return [str(sentence) for problem in _problems(bound) for sentence in problem.messages]


def faulty_parts(bound: BoundField) -> tuple[str, ...]:
    """The boxes at fault in a field of several; all of them where the error does not say."""
    problems = _problems(bound)
    if not problems:
        return ()
    named = (problems[0].params or {}).get("parts", ())
    return tuple(named) or tuple(bound.field.widget.parts)


def _target(bound: BoundField) -> str:
    """The id of the control that an error leads to; "" for one that nobody sees."""
    if bound.is_hidden:
        return ""
    if isinstance(bound.field.widget, Boxes):
        return f"{_id(bound)}-{faulty_parts(bound)[0]}"
    return _id(bound)


def errors_of(*forms_shown: Any) -> list[Params]:
    """The error summary: each sentence, with the address of the control it speaks of."""
    listed: list[Params] = []
    for form in forms_shown:
        if not has_errors(form):
            continue
        listed += [{"text": str(sentence)} for sentence in form.non_field_errors()]
        for bound in form:
            for sentence in _sentences(bound):
                to = _target(bound)
                listed.append({"text": sentence} | ({"href": f"#{to}"} if to else {}))
    return listed


def has_errors(form: Any) -> bool:
    """Whether a form was sent and refused."""
    return form is not None and form.is_bound and bool(form.errors)

"""Every control is drawn with its label, and its error is linked to it."""

from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template import engines

from tests.ui.sample_forms import COLOURS, EveryField
from wansdyke.ui.forms import AnyOf, DateParts, LondonMoment, PlainForm, in_sentence

MACROS = '{% from "ui/form.html" import fields, field, error_summary, submit, hidden %}'
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FILLED = {
    "full_name": "Ann Example",
    "age": "40",
    "weight": "2.5",
    "email": "ann@example.com",
    "phone": "01632 960001",
    "secret": "hush",
    "looked_for": "keys",
    "story": "Nothing much",
    "county": "w",
    "colour": "red",
    "colours": ["red", "blue"],
    "agreed": "on",
    "born-day": "27",
    "born-month": "3",
    "born-year": "1984",
    "seen_at-date": "22/11/2026",
    "seen_at-time": "2pm",
    "version": "3",
}


def posted(**changes: object) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in (FILLED | changes).items():
        data.setlist(name, value if isinstance(value, list) else [str(value)])
    return data


class Page(HTMLParser):
    """The controls, labels, links and texts of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.controls: dict[str, dict[str, str | None]] = {}
        self.labelled: set[str | None] = set()
        self.ids: set[str | None] = set()
        self.links: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if "id" in named:
            assert named["id"] not in self.ids, f"two elements with the id {named['id']}"
            self.ids.add(named["id"])
        if tag in ("input", "select", "textarea") and named.get("type") != "hidden":
            self.controls[str(named["id"])] = named
        if tag == "label":
            self.labelled.add(named["for"])
        if tag == "a":
            self.links.append(named.get("href"))


def draw(template: str, **context: object) -> str:
    engine = engines.all()[0]
    return str(engine.from_string(MACROS + template).render(context))


def test_every_control_has_a_label() -> None:
    page = Page(draw("{{ fields(form) }}", form=EveryField()))
    assert len(page.controls) == 21
    assert set(page.controls) <= page.labelled


def test_each_error_is_linked_to_its_control_and_describes_it() -> None:
    form = EveryField(data=QueryDict(""))
    html = draw("{{ error_summary(form) }}{{ fields(form) }}", form=form)
    page = Page(html)
    targets = [link.removeprefix("#") for link in page.links if link]
    assert len(targets) == len(form.visible_fields())
    for target in targets:
        assert target in page.controls
    for bound in form.visible_fields():
        assert f"{bound.auto_id}-error" in page.ids
        assert f'aria-describedby="{bound.auto_id}-error' in html or "-hint " in html


def test_errors_are_in_gov_uk_words() -> None:
    said = {name: errors[0] for name, errors in EveryField(data=QueryDict("")).errors.items()}
    assert said["full_name"] == "Enter full name"
    assert said["story"] == "Enter what happened"
    assert said["colour"] == "Select favourite colour"
    assert said["born"] == "Enter date of birth"
    assert said["picture"] == "Select picture"
    assert said["agreed"] == "Select I have read it"
    wrong = EveryField(data=posted(age="forty", full_name="x" * 21, county="zz", email="ann"))
    assert wrong.errors["age"] == ["Age must be a whole number, like 15"]
    assert wrong.errors["full_name"] == ["Full name must be 20 characters or fewer, not 21"]
    assert wrong.errors["county"] == ["Choose county from those listed"]
    assert EveryField(data=posted(age="0")).errors["age"] == ["Age must be 1 or more"]


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("What is it for?", "what it is for"),
        ("What is the emergency?", "what the emergency is"),
        ("What is this search for?", "what this search is for"),
        ("Why is this judgement undone?", "why this judgement is undone"),
        ("How did you come to this?", "how you came to this"),
        ("When did they arrive?", "when they arrived"),
        ("When does the post end?", "when the post ends"),
        ("Was it justified?", "whether it was justified"),
        ("Did the advice help?", "whether the advice helped"),
        ("Do you agree that it was misuse?", "whether you agree that it was misuse"),
        ("What is to happen to this?", "what is to happen to this"),
        ("Who gets it?", "who gets it"),
        ("Why?", "why"),
    ],
)
def test_a_question_is_asked_for_in_a_sentence(label: str, inside: str) -> None:
    assert in_sentence(label) == inside


def test_an_answer_to_a_question_is_named_by_it() -> None:
    class Asking(PlainForm):
        when = DateParts(label="When was it received?")
        many = forms.IntegerField(label="How many?")

    wrong = Asking(data=QueryDict("when-day=31&when-month=2&when-year=2020&many=x")).errors
    assert wrong["when"] == ["Your answer to “When was it received?” must be a real date"]
    assert wrong["many"] == ["Your answer to “How many?” must be a whole number, like 15"]


def test_a_fields_own_words_stand() -> None:
    class Own(PlainForm):
        name = forms.CharField(error_messages={"required": "Say who you are"})

    assert Own(data={}).errors["name"] == ["Say who you are"]


def test_a_whole_form_is_cleaned() -> None:
    form = EveryField(data=posted(), files={"picture": SimpleUploadedFile("a.png", b"x")})
    assert form.errors == {}
    assert form.cleaned_data["born"] == date(1984, 3, 27)
    assert form.cleaned_data["seen_at"] == datetime(2026, 11, 22, 14, tzinfo=UTC)
    assert form.cleaned_data["colours"] == ["red", "blue"]


def test_what_was_typed_is_kept_when_it_is_wrong() -> None:
    form = EveryField(
        data=posted(**{"born-month": "Marchember", "age": "<b>old</b>", "seen_at-time": "2ish"})
    )
    html = draw("{{ fields(form) }}", form=form)
    controls = Page(html).controls
    assert controls["id_born-month"]["value"] == "Marchember"
    assert controls["id_born-day"]["value"] == "27"
    assert controls["id_seen_at-time"]["value"] == "2ish"
    assert controls["id_age"]["value"] == "<b>old</b>"
    assert "<b>old" not in html
    assert "checked" in controls["id_colours"]
    assert "value" not in controls["id_secret"] or not controls["id_secret"]["value"]
    assert "Nothing much</textarea>" in html


def test_only_the_faulty_box_is_marked_and_linked() -> None:
    form = EveryField(data=posted(**{"born-month": ""}))
    page = Page(draw("{{ error_summary(form) }}{{ field(form['born']) }}", form=form))
    assert form.errors["born"] == ["Date of birth must include a month"]
    assert "#id_born-month" in page.links
    marked = [i for i, c in page.controls.items() if "govuk-input--error" in str(c["class"])]
    assert marked == ["id_born-month"]


def test_a_form_has_no_look_of_its_own() -> None:
    with pytest.raises(TypeError, match=r"ui/form\.html"):
        str(EveryField())


def test_an_optional_field_says_so() -> None:
    class Some(PlainForm):
        nickname = forms.CharField(required=False)

    assert "Nickname (optional)" in draw("{{ fields(form) }}", form=Some())


def test_a_choice_is_never_made_by_the_browser() -> None:
    html = draw("{{ field(form['county']) }}", form=EveryField())
    assert '<option value="" selected>Select</option>' in " ".join(html.split())


class Several(PlainForm):
    which = AnyOf(options=COLOURS, none_label="None of these", required=False)
    free = AnyOf(options=COLOURS, required=False)


@pytest.mark.parametrize(
    ("ticked", "kept"),
    [("which=none", []), ("", None), ("which=blue&which=red", ["red", "blue"])],
)
def test_none_of_these_is_not_the_same_as_no_answer(ticked: str, kept: object) -> None:
    form = Several(data=QueryDict(ticked))
    assert form.is_valid()
    assert form.cleaned_data["which"] == kept


def test_no_answer_is_not_drawn_as_none_of_these() -> None:
    form = EveryField(data=QueryDict(""))
    controls = Page(draw("{{ field(form['colours']) }}", form=form)).controls
    assert len(controls) == 3
    assert not any("checked" in control for control in controls.values())


def test_none_and_some_is_refused() -> None:
    form = Several(data=QueryDict("which=none&which=red"))
    assert form.errors["which"] == ["Select what applies, or select “None of these”"]


def test_none_of_these_is_ticked_again_and_excludes_the_others() -> None:
    html = draw("{{ field(form['which']) }}", form=Several(initial={"which": []}))
    last = Page(html).controls["id_which-4"]
    assert (last["value"], last["data-behaviour"]) == ("none", "exclusive")
    assert "checked" in last
    assert not Several(data=QueryDict("which=none"), initial={"which": []}).has_changed()


class Moments(PlainForm):
    at = LondonMoment(clock=lambda: NOON, latest=NOON, required=False)
    on = DateParts(latest=date(2026, 11, 22), required=False)


def test_now_and_bounds() -> None:
    form = Moments(data={"at-time": "now"})
    assert form.is_valid()
    assert form.cleaned_data["at"] == NOON
    assert form.cleaned_data["on"] is None
    late = Moments(data={"at-date": "today", "at-time": "1pm", "on-day": "23", "on-month": "nov",
                         "on-year": "2026"})  # fmt: skip
    assert late.errors["at"] == ["At must be at or before 22 November 2026 at midday"]
    assert late.errors["on"] == ["On must be on or before 22 November 2026"]


def test_a_moment_drawn_and_sent_back_has_not_changed() -> None:
    twice = datetime(2026, 10, 25, 1, 30, 5, 7, tzinfo=UTC)
    form = Moments(initial={"at": twice})
    controls = Page(draw("{{ field(form['at']) }}", form=form)).controls
    sent = {f"at-{part}": controls[f"id_at-{part}"]["value"] for part in ("date", "time")}
    assert sent == {"at-date": "25/10/2026", "at-time": "01:30:05 GMT"}
    assert not Moments(data=sent, initial={"at": twice}).has_changed()


def test_hostile_labels_and_hints_stay_text() -> None:
    class Hostile(PlainForm):
        name = forms.CharField(label="<script>a</script>", help_text="<script>b</script>")

    html = draw("{{ error_summary(form) }}{{ fields(form) }}", form=Hostile(data={}))
    assert "<script>" not in html


def test_buttons() -> None:
    html = draw('{{ submit("Close <it>", name="step", value="close", warning=true) }}')
    assert 'name="step"' in html
    assert 'value="close"' in html
    assert "govuk-button--warning" in html
    assert "Close &lt;it&gt;" in html
    assert 'data-prevent-double-click="true"' in html

"""A form with every kind of field, as the tests draw it."""

from django import forms

from wansdyke.ui.forms import AnyOf, DateParts, LondonMoment, OneOf, Option, PlainForm

COLOURS = [Option("red", "Red", "Like a pillar box"), Option("blue", "Blue")]


class EveryField(PlainForm):
    """One field of each kind, all required."""

    full_name = forms.CharField(max_length=20)
    age = forms.IntegerField(min_value=1, max_value=120)
    weight = forms.DecimalField()
    email = forms.EmailField(label="Email address")
    phone = forms.CharField(widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    secret = forms.CharField(widget=forms.PasswordInput)
    looked_for = forms.CharField(widget=forms.TextInput(attrs={"type": "search"}))
    story = forms.CharField(label="What happened?", widget=forms.Textarea)
    county = forms.ChoiceField(choices=[("w", "Wiltshire"), ("d", "Dorset")])
    colour = OneOf(label="Favourite colour", options=COLOURS)
    colours = AnyOf(options=COLOURS, none_label="None of these")
    agreed = forms.BooleanField(label="I have read it")
    picture = forms.FileField()
    born = DateParts(label="Date of birth")
    seen_at = LondonMoment(label="When it was seen")
    version = forms.IntegerField(widget=forms.HiddenInput)

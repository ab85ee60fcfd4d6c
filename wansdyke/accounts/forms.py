"""The forms of signing in, of one's own account, and of administration."""

from typing import Any, cast
from uuid import uuid4

from django import forms

from wansdyke.access.models import Agency, Team, User
from wansdyke.access.posts import PARTNER_ROLES, posts
from wansdyke.access.ranks import RANKS
from wansdyke.access.settings import Setting
from wansdyke.accounts.tokens import MOST_DAYS, USUAL_DAYS
from wansdyke.history.seen import SeenForm
from wansdyke.ui.forms import DateParts, LondonMoment, PlainForm

LONGEST_PASSWORD = 1000


def _fresh_key() -> str:
    return uuid4().hex


def password_field(label: str, autocomplete: str, hint: str = "") -> forms.CharField:
    """A password exactly as typed, spaces at its ends included."""
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text=hint,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


def code_field(label: str, hint: str) -> forms.CharField:
    """A code from an app, or a recovery code."""
    return forms.CharField(
        label=label,
        max_length=20,
        help_text=hint,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )


class KeyedForm(PlainForm):
    """A form with its operation's key, so that sending it twice does one thing."""

    operation_key = forms.CharField(max_length=80, widget=forms.HiddenInput, initial=_fresh_key)


class SignInForm(PlainForm):
    """Username and password."""

    username = forms.CharField(
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = password_field("Password", "current-password")


class SecondFactorForm(PlainForm):
    """A code from the authenticator app, or a recovery code."""

    code = code_field(
        "Security code",
        "The 6 digits your authenticator app shows now, or one of your recovery codes",
    )


class PasskeyForm(PlainForm):
    """What a browser answers for a passkey: read by the library that judges it."""

    credential = forms.CharField(max_length=20_000, widget=forms.HiddenInput)


class NewPasskeyForm(PasskeyForm):
    """A new passkey and what its owner calls it."""

    name = forms.CharField(
        label="Name of the passkey",
        max_length=40,
        help_text="So that you know it again, such as “Work laptop” or “Blue key”",
    )
    field_order = ("name", "credential")


class SetUpForm(PlainForm):
    """The first code of a new app; who has one already gives a code of that too."""

    current = code_field(
        "Code from the app you use now", "Or one of the recovery codes you have left"
    )
    code = code_field("Code from the new app", "The 6 digits it shows after you add the key")

    def __init__(self, *args: Any, replacing: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replacing:
            del self.fields["current"]
            self.fields["code"].label = "Security code"


class OwnPasswordForm(KeyedForm):
    """The old password, and the new one twice."""

    current = password_field("Current password", "current-password")
    password = password_field(
        "New password",
        "new-password",
        "At least 12 characters. A few random words are easy to remember and hard to guess",
    )
    again = password_field("New password again", "new-password")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if (
            "password" in cleaned
            and cleaned.get("again", cleaned["password"]) != cleaned["password"]
        ):
            self.add_error("again", "Enter the same new password again")
        return cleaned


class TokenForm(KeyedForm):
    """What a token is for and how long it lasts."""

    name = forms.CharField(label="What the token is for", max_length=60)
    days = forms.IntegerField(
        label="How many days it lasts", min_value=1, max_value=MOST_DAYS, initial=USUAL_DAYS
    )
    sends = forms.BooleanField(
        label="It may send calls in my name, as command and control does", required=False
    )


class RevokeForm(KeyedForm):
    """Which token, passkey or session is meant, by its mark."""

    mark = forms.CharField(max_length=64, widget=forms.HiddenInput)


class LinkForm(KeyedForm):
    """Whose sign-in at the provider opens an account."""

    sub = forms.CharField(
        label="Identifier at the provider",
        max_length=191,
        help_text="The “sub” that the provider never gives to anybody else: no user name, no email",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )


class AgencyChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An agency by its key: no primary key leaves the server."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Agency.objects.order_by("-home", "name"), to_field_name="key", **kwargs)


class TeamChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An open team of one agency by its key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Team.objects.none(), to_field_name="key", **kwargs)

    def of(self, agency: Agency | None) -> None:
        """Offers the teams of an agency."""
        self.queryset = Team.objects.filter(agency=agency, active=True).order_by("name")


class NewUserForm(KeyedForm):
    """A new account, without a post yet."""

    username = forms.CharField(
        max_length=40,
        help_text="Letters, digits, dots, hyphens and underscores. It cannot be changed later",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(label="Full name", max_length=120)
    email = forms.EmailField(label="Email address", required=False)
    rank = forms.ChoiceField(choices=RANKS, initial="staff")
    agency = AgencyChoice()


class PostForm(KeyedForm):
    """A post in a team, between dates."""

    team = TeamChoice()
    post = forms.ChoiceField(choices=())
    from_date = DateParts(label="From")
    until_date = DateParts(
        label="Until",
        required=False,
        help_text="The first day on which they no longer hold it. Leave empty if it is not known",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = cast("TeamChoice", self.fields["team"])
        post = cast("forms.ChoiceField", self.fields["post"])
        team.of(user.agency)
        partner = not (user.agency and user.agency.home)
        fitting = [p for p in posts().values() if (p.role in PARTNER_ROLES) == partner]
        post.choices = [(p.key, p.title) for p in sorted(fitting, key=lambda p: p.title)]


class EndPostForm(KeyedForm):
    """When a post ends."""

    until_date = DateParts(
        label="When does the post end?", help_text="The first day on which they no longer hold it"
    )


class ReasonForm(KeyedForm):
    """Why an account is suspended or restored."""

    reason = forms.CharField(max_length=300, widget=forms.Textarea)


class AgencyForm(KeyedForm):
    """A new agency."""

    name = forms.CharField(max_length=120)
    key = forms.CharField(
        label="Short name",
        max_length=40,
        help_text="Lower-case letters, digits and hyphens. It cannot be changed later",
    )
    kind = forms.ChoiceField(label="Kind of agency", choices=Agency.KINDS)
    agreement_until = DateParts(
        label="When does the information-sharing agreement end?",
        required=False,
        help_text="Its people have no access after this day",
    )


class AgencyEditForm(KeyedForm, SeenForm):
    """An agency's name, its agreement, and whether it is open."""

    watched = ("name", "agreement_until", "active")

    name = forms.CharField(max_length=120)
    agreement_until = DateParts(
        label="When does the information-sharing agreement end?",
        required=False,
        help_text="Its people have no access after this day",
    )
    active = forms.BooleanField(label="Its people have access", required=False)


class TeamForm(KeyedForm):
    """A new team."""

    name = forms.CharField(max_length=120)
    key = forms.CharField(
        label="Short name",
        max_length=40,
        help_text="Lower-case letters, digits and hyphens. It cannot be changed later",
    )


class TeamEditForm(KeyedForm, SeenForm):
    """A team's name, and whether it is open."""

    watched = ("name", "active")

    name = forms.CharField(max_length=120)
    active = forms.BooleanField(label="Posts in this team give access", required=False)


class SettingForm(KeyedForm, SeenForm):
    """A setting's new value, from when, and why."""

    watched = ("value",)

    value = forms.CharField(max_length=200)
    from_at = LondonMoment(label="From when?")
    reason = forms.CharField(max_length=300, widget=forms.Textarea)

    def __init__(self, *args: Any, setting: Setting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["value"]
        if setting.choices:
            self.fields["value"] = forms.ChoiceField(
                choices=setting.choices,
                label="Value",
                help_text=setting.hint,
                error_messages={"required": "Select value", "invalid_choice": "Select value"},
            )
            return
        field.label = f"Value ({setting.unit})" if setting.unit else "Value"
        field.help_text = setting.hint
        if setting.kind == "whole number":
            field.widget.attrs["inputmode"] = "numeric"

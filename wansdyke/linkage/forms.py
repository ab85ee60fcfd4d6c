"""The forms of judging who is who."""

from django import forms

from wansdyke.casework.forms import KeyedForm
from wansdyke.linkage.judging import LONGEST_REASON
from wansdyke.people.models import Judgement


class JudgementForm(KeyedForm):
    """Whether two records are of one person, and why."""

    verdict = forms.ChoiceField(
        label="Are they the same person?",
        choices=Judgement.VERDICTS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether they are the same person"},
    )
    reason = forms.CharField(
        label="Why do you think so?",
        max_length=LONGEST_REASON,
        help_text="For example: same PNC number, and the custody photograph is the same man.",
        error_messages={"required": "Enter why you think so"},
    )
    marks_optional = False


class UndoForm(KeyedForm):
    """Why a judgement is taken back."""

    reason = forms.CharField(
        label="Why is this judgement undone?",
        max_length=LONGEST_REASON,
        error_messages={"required": "Enter why it is undone"},
    )
    marks_optional = False


class TakeOnForm(KeyedForm):
    """That somebody will settle a conflict."""

    marks_optional = False

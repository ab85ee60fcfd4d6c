"""One page that asks one thing: its form, what sending it does, and where it leads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.models import Root
from wansdyke.casework.work_forms import refuse
from wansdyke.history.pages import Asked, consulted_roots
from wansdyke.kernel.flow import Refused
from wansdyke.ui.forms import PlainForm

Write = Callable[[dict[str, Any]], object]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a page asks, the words of its button and of what is then said, and where it leads.

    `back` is the address to return to, `place` the words of the link to it; `upload` says that
    the form carries a file, `hint` stands above it, and `beside` is the address that says, as
    somebody is typed, who is known.
    """

    title: str
    button: str
    done: str
    back: str
    place: str
    hint: str = ""
    warning: bool = False
    upload: bool = False
    beside: str = ""


def ask(
    request: Asked,
    root: Root,
    form: PlainForm,
    write: Write,
    question: Question,
    **shown: Any,
) -> HttpResponseBase:
    """The page, or, once its form is sent and nothing refused, the way back."""
    consulted_roots(request, [root])
    if request.method == "POST" and form.is_valid():
        try:
            write(form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, question.done)
            return HttpResponseRedirect(question.back)
    return drawn(request, form, question, **shown)


def drawn(request: Asked, form: PlainForm, question: Question, **shown: Any) -> HttpResponseBase:
    """The page itself."""
    context = {"form": form, "question": question, "differences": [], **shown}
    return render(request, "casework/work/form.html", context)

"""The pages on which those in charge of the control room keep its risk menu."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.desk import Desk
from wansdyke.casework.work_forms import refuse
from wansdyke.desks.contact.forms import RiskTypeForm
from wansdyke.desks.contact.menu import set_risk
from wansdyke.desks.contact.models import RiskType
from wansdyke.desks.contact.rules import IN_CHARGE
from wansdyke.history.door import Repeated
from wansdyke.history.pages import Asked, page
from wansdyke.kernel.flow import Refused
from wansdyke.ui.tables import Cell, Column

COLUMNS = [
    Column(key="label", label="Words"),
    Column(key="order", label="Place", numeric=True),
    Column(key="offered", label="Offered"),
]


def in_charge_only(request: Asked) -> None:
    """Raises OutOfScope for anyone who does not keep the menu."""
    if not request.actor.posts & IN_CHARGE:
        raise OutOfScope(request.path)


@page(right=Right.VIEW, reads="reference", methods=("GET", "HEAD"))
def menu(request: Asked, desk: Desk) -> HttpResponseBase:
    """The risk menu, those no longer offered included."""
    in_charge_only(request)
    rows = [
        {
            "label": Cell(text=risk.label, href=f"/{desk.key}/risk-menu/{risk.code}/"),
            "order": risk.order,
            "offered": "Yes" if risk.active else "No longer",
        }
        for risk in RiskType.objects.all()
    ]
    return render(request, "contact/menu.html", {"desk": desk, "rows": rows, "columns": COLUMNS})


@page(right=Right.VIEW, reads="reference", writes=True)
def risk(request: Asked, desk: Desk, code: str = "") -> HttpResponseBase:
    """One line of the menu, or a new one."""
    in_charge_only(request)
    row = RiskType.objects.filter(code=code).first()
    if code and row is None:
        raise OutOfScope(code)
    start = {"label": row.label, "order": row.order, "active": row.active} if row else {}
    form = RiskTypeForm(request.POST or None, initial={"order": 100, "active": True, **start})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            set_risk(
                row,
                label=typed["label"],
                order=typed["order"],
                active=typed["active"],
                by=request.actor,
                at=request.at,
                key=typed["key"],
                seen=typed["seen"],
            )
        except Repeated:
            return redirect(f"{desk.key}:risk-menu")
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "The risk menu is changed.")
            return redirect(f"{desk.key}:risk-menu")
    return render(request, "contact/risk.html", {"desk": desk, "form": form, "risk": row})

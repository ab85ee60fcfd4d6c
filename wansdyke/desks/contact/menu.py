"""The risk menu: the force's own words, changed through the one door and never deleted."""

from datetime import datetime

from django.utils.text import slugify

from wansdyke.access.actors import Actor
from wansdyke.access.sections import Section
from wansdyke.desks.contact.models import RiskType
from wansdyke.desks.contact.rules import IN_CHARGE
from wansdyke.history import audit
from wansdyke.history.door import change, digest_of
from wansdyke.history.seen import settled
from wansdyke.kernel.flow import Refused


def set_risk(
    risk: RiskType | None,
    *,
    label: str,
    order: int,
    active: bool,
    by: Actor,
    at: datetime,
    key: str,
    seen: str | None = None,
) -> RiskType:
    """Adds a line to the menu, or changes one; its code stays, so that old calls keep theirs.

    Raises Refused for a post that does not keep the menu, or words that are there already;
    Overtaken where a colleague changed what the form had `seen`.
    """
    if not by.posts & IN_CHARGE:
        raise Refused("Your post does not change the risk menu.")
    code = risk.code if risk else slugify(label)[:40]
    digest = digest_of("risk", code, label, order, active)
    with change(by=by, at=at, key=key, digest=digest) as doing:
        same = RiskType.objects.filter(label__iexact=label.strip())
        if not code or same.exclude(code=code).exists():
            raise Refused("The menu has these words already.", field="label")
        if risk is None and RiskType.objects.filter(code=code).exists():
            raise Refused("The menu has words too like these. Choose others.", field="label")
        held = RiskType.objects.select_for_update().get(pk=risk.pk) if risk else None
        row = held or RiskType(code=code, label="", order=0, active=False)
        name = "risk type changed" if risk else "risk type added"
        event = doing.event(name, subject=f"risk:{code}")
        typed = {"label": label.strip(), "order": order, "active": active}
        if held is not None:
            typed = settled(seen, typed, {name: getattr(held, name) for name in typed})
        for field, new in typed.items():
            doing.changed(event, f"risk:{code}", field, Section.CORE, getattr(row, field), new)
            setattr(row, field, new)
        row.save()
        doing.audit(audit.CONFIGURATION, f"risk:{code}", fields=sorted(typed))
        return row

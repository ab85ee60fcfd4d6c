"""After an older backup was put back: whatever was disposed of since is disposed of once more."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor, system_actor
from wansdyke.access.models import Root, User
from wansdyke.casework import leaving_disposal
from wansdyke.casework.disposing import Means, carry_out_one
from wansdyke.casework.models import Disposal
from wansdyke.history import audit
from wansdyke.history.door import change, digest_of

AT_ONCE = 500


@dataclass
class Reapplied:
    """What came of it, by references: gone again, gone already, and not in this database."""

    again: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def reapply(
    register: Iterable[dict[str, Any]], means: Means, *, by: Actor, at: datetime
) -> Reapplied:
    """Disposes again of every record of a register that is there; twice does nothing more.

    No hold stops it: it was done, and what stood in its way when the backup was taken was lifted.
    """
    came = Reapplied()
    for said in register:
        if said["kind"] == leaving_disposal.KIND:
            _request(said, means, came, by, at)
            continue
        root = Root.objects.filter(reference=said["root"]).first()
        if root is None:
            came.absent.append(said["root"])
        elif Disposal.objects.filter(root=root, done_at__isnull=False).exists():
            came.already.append(said["root"])
        else:
            carry_out_one(_shut(root, said, by, at), means, at)
            came.again.append(said["root"])
    return came


def _request(said: dict[str, Any], means: Means, came: Reapplied, by: Actor, at: datetime) -> None:
    done = leaving_disposal.reapply(said, means.register, by=by, at=at)
    kept = came.absent if done is None else came.again if done else came.already
    kept.append(said["reference"])


def brought_back(register: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a register whose records are there although they were disposed of; what is
    being carried out now is not among them."""
    every = list(register)
    said = {one["root"]: one for one in every if one["root"]}
    found, references = leaving_disposal.brought_back(every), list(said)
    for start in range(0, len(references), AT_ONCE):
        there = Root.objects.filter(reference__in=references[start : start + AT_ONCE])
        gone = Disposal.objects.filter(root__in=there, agreed=True, stopped_at=None)
        back = there.exclude(pk__in=gone.values("root_id"))
        found += [said[reference] for reference in back.values_list("reference", flat=True)]
    return found


def _shut(root: Root, said: dict[str, Any], by: Actor, at: datetime) -> Disposal:
    """The record is open to nobody from now on, by the disposal that the register tells of."""
    key = f"disposal again:{said['reference']}:{at.timestamp():.6f}"
    with change(by=by, at=at, key=key, root=root, digest=digest_of(key)) as doing:
        held = Root.objects.get(pk=root.pk)
        waiting = Disposal.objects.filter(root=held, decided_at=None, withdrawn_at=None)
        waiting.exclude(reference=said["reference"]).update(withdrawn_at=at)
        # One that the backup had as confirmed and that was stopped since, before another was.
        others = Disposal.objects.filter(root=held, agreed=True, stopped_at=None, done_at=None)
        others.exclude(reference=said["reference"]).update(stopped_at=at)
        one = _told(held, said)
        held.disposed_at = one.decided_at
        held.save(update_fields=["disposed_at"])
        doing.event("to be disposed of again", root=held)
        facts = {"disposal": one.reference, "kind": one.kind, "again": True}
        doing.audit(audit.ERASURE, held.reference, **facts)
    return one


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _told(root: Root, said: dict[str, Any]) -> Disposal:
    users = {user.username: user for user in User.objects.filter(
        username__in=[said["proposed_by"], said["decided_by"]])}  # fmt: skip
    proposer = users.get(said["proposed_by"])
    one, _ = Disposal.objects.update_or_create(
        reference=said["reference"],
        defaults={
            "root": root,
            **{name: said[name] for name in ("was", "kind", "ground", "rule", "group")},
            "rule_version": said["rule_version"],
            "proposed_by_id": proposer.pk if proposer else system_actor().user_id,
            "opened_at": _moment(said.get("opened_at", "")),
            "proposed_at": datetime.fromisoformat(said["proposed_at"]),
            "decided_by": users.get(said["decided_by"]),
            "decided_at": datetime.fromisoformat(said["decided_at"]),
            "agreed": True,
            "withdrawn_at": None,
            "stopped_at": None,
            "again": True,
        },
    )
    return one

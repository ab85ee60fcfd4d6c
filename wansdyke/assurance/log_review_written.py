"""What people wrote, by the log: the work that may stand behind a look."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from wansdyke.history import audit
from wansdyke.history.models import AuditEntry, AuditSubject

WORKING = (
    audit.COLLECTION,
    audit.ALTERATION,
    audit.DISCLOSURE,
    audit.COMBINATION,
    audit.BREAK_GLASS,
)
# So many entries before a moment may bear later ones' times: a request takes its time.
OUT_OF_ORDER = 100
Moments = Mapping[str, Sequence[datetime]]


@dataclass
class Written:
    """When somebody wrote of which reference, from one moment on; read once a person for a round.

    The log is asked for all that somebody wrote, not for whatever was written of the records: of a
    record a log of years holds far more, every list that it stood in included.
    """

    since: datetime
    until: datetime
    _after: int | None = None
    _of: dict[int, dict[str, list[datetime]]] = field(default_factory=dict)

    def learn(self, viewers: Collection[int]) -> None:
        """Reads what some of them wrote, where it is not known yet."""
        new = set(viewers) - set(self._of)
        if not new:
            return
        self._of.update((viewer, {}) for viewer in new)
        rows = AuditSubject.objects.filter(
            entry__actor_id__in=new,
            entry_id__gt=self._beginning(),
            entry__operation__in=WORKING,
            entry__at__gte=self.since,
            entry__at__lte=self.until,
        )
        for reference, viewer, at in rows.values_list("reference", "entry__actor_id", "entry__at"):
            if viewer is not None:
                self._of[viewer].setdefault(reference, []).append(at)

    def by(self, viewer: int) -> Moments:
        """What somebody wrote: of each reference, when."""
        return self._of.get(viewer, {})

    def _beginning(self) -> int:
        """An entry before all that count, so that nothing of the years before is read."""
        if self._after is None:
            before = AuditEntry.objects.filter(at__lt=self.since).order_by("-at")
            found = before.values_list("seq", flat=True)[:OUT_OF_ORDER]
            self._after = min(found, default=0)
        return self._after

"""What was made of a record for somebody outside: no copy of it outlives the record."""

from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from wansdyke.casework.models import Leaving, LeavingBundle, LeavingRecord, Party

ENDED = (Leaving.CLOSED, Leaving.WITHDRAWN, Leaving.DISPOSED)
NAMING = ("forename", "surname", "recipient", "asked_for")
WORDS = ("extended_why", "checked_words", "sent_back")


def asked_about(root: int) -> QuerySet[Leaving]:
    """What was asked for somebody outside about a record (primary key), or about somebody whom it,
    a case, names."""
    named = Party.objects.filter(case_id=root).values("record_id")
    either = Q(record_id=root) | Q(record_id__in=named)
    records = LeavingRecord.objects.filter(either, theirs=True)
    about = Q(pk__in=records.values("leaving_id"))
    return Leaving.objects.filter(
        about | Q(decisions__root_id=root) | Q(releases__root_id=root)
    ).distinct()


def let_out_gone(root: int) -> dict[str, int]:
    """Removes the files that went out of a record (primary key), and of whoever asked for a person
    of whom no record is left, who they are. Call in a change, before the record's rows go."""
    gone = 0
    for leaving in asked_about(root):
        for bundle in LeavingBundle.objects.filter(leaving=leaving):
            (Path(settings.FILES_DIR) / bundle.stored_as).unlink(missing_ok=True)
            bundle.delete()
            gone += 1
        left = LeavingRecord.objects.filter(leaving=leaving, theirs=True).exclude(record_id=root)
        if not left.exclude(record__root__disposed_at__isnull=False).exists():
            gone += _nameless(leaving)
    return {"bundles for somebody outside": gone}


def _nameless(leaving: Leaving) -> int:
    blank = dict.fromkeys((*NAMING, *WORDS), "")
    still = Leaving.objects.filter(pk=leaving.pk).exclude(**blank, date_of_birth=None)
    return still.update(**blank, date_of_birth=None)

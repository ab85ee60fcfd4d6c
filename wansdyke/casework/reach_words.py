"""How somebody may be reached now, in the words of a list of people."""

from datetime import datetime

from wansdyke.casework.work_reads import RecordsSeen
from wansdyke.people.contact_rules import Answer, Channel
from wansdyke.people.models import PersonRecord
from wansdyke.people.safe_contact import told

CALLING = {
    Answer.SAFE: "Safe to call now",
    Answer.READ: "Read before you call",
    Answer.UNSAFE: "Do not call now",
}


def calling_words(record: PersonRecord, seen: RecordsSeen, at: datetime) -> str:
    """Whether somebody may be rung now, and whether their callers have to say a word."""
    answer = seen.standing[record.person_id].decision(Channel.CALL, at).answer
    words = CALLING[answer]
    return f"{words}; has a caller password" if record.person_id in seen.protected else words


def visiting_words(record: PersonRecord, seen: RecordsSeen, at: datetime) -> str:
    """What somebody who goes to the door has to know; empty where nobody spoke of a visit."""
    stands = seen.standing[record.person_id]
    if not any(row.channel == Channel.VISIT for row in stands.rules):
        return ""
    return told(stands.decision(Channel.VISIT, at), stands, seen.sections)

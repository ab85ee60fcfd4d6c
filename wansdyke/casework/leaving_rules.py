"""The gate: what may leave the product for a person outside it, and what two people must release.

Everything is held back that is not plainly harmless: the abuser may be the one who asks, the one
who reads over a shoulder, or the parent. A rule names what it keeps and why; its words are for
those who prepare an answer and never for the answer itself, whose silence has to be the same
whether there was something to hold back or not (DPA 2018 s45(5); UK GDPR Art. 15(4), DPA 2018
Sch. 2 para. 16).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """For what something leaves."""

    SUBJECT_ACCESS = "subject access"
    PARENTAL_ACCESS = "parental access"
    COURT = "court papers"
    CRIMINAL = "disclosure in criminal proceedings"
    LETTER = "letter"
    PARTNER_RECORD = "patient-facing partner record"


class Recipient(StrEnum):
    """Who gets it. Only the person themself, by subject access, is answered as themself: what goes
    to anybody else is read by others."""

    THEMSELF = "the person themself"
    ACTING = "somebody acting for them"
    PARENT = "a parent or guardian"
    COURT = "a court or a party before it"
    DEFENCE = "the prosecution or the defence"
    PARTNER = "a partner’s record"


class Whose(StrEnum):
    """Whose an item is."""

    SUBJECT = "the person’s own"
    OTHER = "somebody else’s"
    SHARED = "of several people"


class Kind(StrEnum):
    """What an item is, as far as its being there tells something of itself."""

    RECORD = "record"
    CASE = "case"
    ROW = "row"
    HISTORY = "history"
    DOCUMENT = "document"
    MARKER = "marker"
    ASSESSMENT = "assessment"
    CONTACT = "contact attempt"
    REFERRAL = "referral"
    OPENED = "share, grant or broken glass"
    SHUT = "conflict or lock"
    SECRET = "secret"  # noqa: S105
    LINK = "judgement of who is who"
    EQUALITY = "equality data"


# How the references of rows begin whose changes are of another kind than a row's.
OF_PREFIX = {
    "SH-": Kind.OPENED,
    "BG-": Kind.OPENED,
    "CL-": Kind.SHUT,
    "RF-": Kind.REFERRAL,
    "CA-": Kind.CONTACT,
    "MK-": Kind.MARKER,
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row's part of one section, as far as the gate must know it.

    `brought`: the matter is one that the person brought, or that is about nobody else. `at_risk`:
    somewhere they are a victim. `withheld`: of a desk whose existence is withheld, or passed to
    one. `found`: the kinds of held-back values met in its text. `searched` is false of a file whose
    inside cannot be searched.
    """

    kind: Kind
    section: str
    whose: Whose
    brought: bool = False
    at_risk: bool = False
    withheld: bool = False
    marking: int = 0
    marker: str = ""
    found: tuple[str, ...] = ()
    searched: bool = True


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether an item leaves; else which rule holds it back and why, and whether two people may
    release it at all."""

    leaves: bool
    rule: str = ""
    why: str = ""
    releasable: bool = True


LEAVES = Verdict(leaves=True)
CORE, NARRATIVE, IDENTITY = "core", "narrative", "identity"
ADDRESS, SAFE_CONTACT, HEALTH = "address", "safe contact", "health"
THIRD_PARTY, SOURCE, STAFF, EQUALITY = "third party", "source identity", "staff", "equality"
KNOWN_SECTIONS = frozenset(
    {CORE, NARRATIVE, IDENTITY, ADDRESS, SAFE_CONTACT, HEALTH, THIRD_PARTY, SOURCE, STAFF, EQUALITY}
)
WHEREABOUTS = frozenset({ADDRESS, SAFE_CONTACT})
# Parts in which somebody came to the police themselves, and knows that they did.
CAME_THEMSELVES = frozenset({"caller", "victim"})
AT_RISK = frozenset({"victim", "child", "subject"})
# Markers that tell a person nothing but what they know: everything else warns others of them, or
# shows that somebody spoke.
HARMLESS_MARKERS = frozenset({"mental-health"})
# Words that tell of a conference, or of a Clare’s Law request, wherever they stand in a text; each
# desk whose existence is withheld adds its own.
TELLING_WORDS = (
    "marac",
    "maracs",
    "m a r a c",
    "multi agency risk assessment conference",
    "risk assessment conference",
    "idva",
    "idvas",
    "independent domestic violence advis",
    "clare s law",
    "clares law",
    "dvds",
    "domestic violence disclosure",
    "right to ask",
    "right to know",
)


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """A ground on which a person withholds something, with the law it rests on."""

    key: str
    words: str
    basis: str


# From the statutes as they stood in December 2025 (medium confidence: settle them with counsel).
EXEMPTIONS = (
    Exemption(
        key="third-party",
        words="It is about somebody else, who did not agree",
        basis="DPA 2018 s45(4)(e); Sch. 2 para. 16",
    ),
    Exemption(
        key="prejudice",
        words="It would prejudice the prevention, detection or prosecution of crime",
        basis="DPA 2018 s45(4)(b); Sch. 2 para. 2",
    ),
    Exemption(
        key="inquiry",
        words="It would obstruct an inquiry, investigation or procedure",
        basis="DPA 2018 s45(4)(a)",
    ),
    Exemption(
        key="public-security", words="To protect public security", basis="DPA 2018 s45(4)(c)"
    ),
    Exemption(
        key="serious-harm",
        words="It would cause serious harm to somebody’s health (a health professional was asked)",
        basis="DPA 2018 Sch. 3 para. 5",
    ),
    Exemption(
        key="child-abuse",
        words="Child abuse data that it is not in the child’s interest to give",
        basis="DPA 2018 Sch. 3 para. 21",
    ),
    Exemption(
        key="privilege", words="Legal professional privilege", basis="DPA 2018 Sch. 2 para. 19"
    ),
    Exemption(
        key="not-theirs",
        words="It is not about this person, or not within what was asked for",
        basis="DPA 2018 s45(1)",
    ),
)


def as_themself(purpose: Purpose, recipient: Recipient) -> bool:
    """Whether the person is told as themself: by subject access, into their own hands."""
    return purpose is Purpose.SUBJECT_ACCESS and recipient is Recipient.THEMSELF


def came_themselves(roles: Collection[str], others: bool) -> bool:
    """Whether a matter is one that a person brought, by their parts in it; or is about nobody else,
    so long as nobody accuses them in it."""
    if roles and set(roles) <= CAME_THEMSELVES:
        return True
    return not others and "suspect" not in roles and bool(roles)


def _hold(rule: str, why: str, *, releasable: bool = True) -> Verdict:
    return Verdict(leaves=False, rule=rule, why=why, releasable=releasable)


def may_leave(item: Item, purpose: Purpose, recipient: Recipient) -> Verdict:
    """Whether an item may leave for a purpose to a recipient: the first rule that holds it back
    decides; where none does, it leaves once a reviewer has read it."""
    held = (
        _never(item, purpose, recipient)
        or _existence(item)
        or _of_others(item)
        or _whereabouts(item, purpose, recipient)
        or _text(item)
        or _for_others(item, purpose, recipient)
    )
    return held or LEAVES


def _never(item: Item, purpose: Purpose, recipient: Recipient) -> Verdict | None:
    if item.kind is Kind.SECRET:
        return _hold("secret", "A secret by which somebody is known.", releasable=False)
    if item.kind is Kind.SHUT:
        return _hold("conflict", "Who is kept away from what.", releasable=False)
    equality = item.kind is Kind.EQUALITY or item.section == EQUALITY
    own = as_themself(purpose, recipient) and item.whose is Whose.SUBJECT
    if equality and not own:
        return _hold("equality", "Equality data goes to the person alone.", releasable=False)
    if item.section not in KNOWN_SECTIONS:
        return _hold("unknown", "The gate does not know this section.", releasable=False)
    return None


def _existence(item: Item) -> Verdict | None:
    """What is held back because its being there at all would tell."""
    if item.withheld:
        return _hold("existence", "That this exists is withheld, whoever asks.")
    if item.kind in (Kind.OPENED, Kind.LINK):
        return _hold("who-reads", "Who works on it, and what it was linked with.")
    if item.marking > 0:
        return _hold("marked", "The record is restricted or sealed.")
    if item.section == SOURCE:
        return _hold("source", "It would show where information came from.")
    if item.section == STAFF:
        return _hold("staff", "It would show who of the staff did what.")
    if item.kind is Kind.ASSESSMENT and not item.brought:
        return _hold("assessment", "That a risk was assessed shows that somebody spoke.")
    if item.kind is Kind.MARKER and item.marker not in HARMLESS_MARKERS:
        return _hold("marker", "That there is a marker warns of it, or shows that somebody spoke.")
    if not item.brought:
        return _hold("spoke", "That this is recorded shows that somebody else spoke to the police.")
    return None


def _of_others(item: Item) -> Verdict | None:
    if item.whose is Whose.OTHER:
        return _hold("other", "It is about somebody else.")
    if item.section == THIRD_PARTY:
        return _hold("third-party", "It is what somebody said of somebody else.")
    if item.whose is Whose.SHARED and item.section in {*WHEREABOUTS, IDENTITY, HEALTH}:
        return _hold("shared", "It may be where, or who, somebody else is.")
    return None


def _whereabouts(item: Item, purpose: Purpose, recipient: Recipient) -> Verdict | None:
    if item.section not in WHEREABOUTS:
        return None
    if item.at_risk:
        return _hold("whereabouts", "Where a person at risk is, and how they are reached safely.")
    if not as_themself(purpose, recipient):
        return _hold("whereabouts", "Where they are, and how they are reached, to somebody else.")
    return None


def _text(item: Item) -> Verdict | None:
    if item.found:
        return _hold("found", f"The text holds {_joined(item.found)}.")
    if not item.searched:
        return _hold("unread", "The inside of a file cannot be searched.")
    return None


def _for_others(item: Item, purpose: Purpose, recipient: Recipient) -> Verdict | None:
    """What a person may be told themself, but nobody in their place."""
    if as_themself(purpose, recipient):
        return None
    if item.section == HEALTH:
        return _hold("health", "Health, to somebody else than the person.")
    if item.kind in (Kind.CONTACT, Kind.ASSESSMENT, Kind.REFERRAL):
        return _hold("contacts", "How the police and the person deal with each other.")
    private = purpose in (Purpose.PARENTAL_ACCESS, Purpose.PARTNER_RECORD)
    if private and item.section in (NARRATIVE, HEALTH):
        return _hold("confided", "What the person said, where another in the home may read it.")
    return None


def _joined(found: Iterable[str]) -> str:
    return ", ".join(sorted(set(found)))


@dataclass(frozen=True, kw_only=True)
class Release:
    """A held-back item that somebody proposed to release, and who agreed; each with a reason. Both
    saw the text of this `digest`."""

    digest: str
    proposed_by: int
    reason: str
    confirmed_by: int | None = None
    confirmed_reason: str = ""
    agreed: bool = False

    @property
    def holds(self) -> bool:
        """Whether two different people stand behind it, each with a reason."""
        second = self.confirmed_by is not None and self.confirmed_by != self.proposed_by
        reasons = self.reason.strip() and self.confirmed_reason.strip()
        return self.agreed and second and bool(reasons)


def passes(verdict: Verdict, digest: str, releases: Iterable[Release]) -> bool:
    """Whether an item with a text of this digest passes the gate: as it is, or because two people
    released exactly this text."""
    if verdict.leaves:
        return True
    released = any(one.holds and one.digest == digest for one in releases)
    return verdict.releasable and released

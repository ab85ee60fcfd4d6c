"""What is asked about equality: the protected characteristics of the Equality Act 2010 s4, and what
may be answered. Standard library only.

Ethnicity, disability, religion, sexual orientation, gender identity and partnership are worded
after the census of 2021 (ONS); ethnic appearance after the police's 6+1 codes. Age is reckoned from
the date of birth and never asked.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Unsaid(StrEnum):
    """Why there is no answer. Each is counted by itself: none of them is an answer, or nought."""

    NOT_ASKED = "not-asked"
    DECLINED = "declined"
    NOT_KNOWN = "not-known"


class Basis(StrEnum):
    """Whose words an answer is."""

    SELF = "self"
    FOR_THEM = "for-them"
    OFFICER = "officer"


NOT_KNOWN = (Unsaid.NOT_KNOWN.value, "Not known")
UNSAID: tuple[tuple[str, str], ...] = (
    (Unsaid.NOT_ASKED.value, "Not asked"),
    (Unsaid.DECLINED.value, "Declined to say"),
    NOT_KNOWN,
)
BASES: tuple[tuple[str, str], ...] = (
    (Basis.SELF.value, "As they described themselves"),
    (Basis.FOR_THEM.value, "Said by somebody for them, such as a parent or carer"),
    (Basis.OFFICER.value, "As the officer saw it; they did not say"),
)


@dataclass(frozen=True, kw_only=True)
class Value:
    """One answer. `group` is what it is published under; nothing is published finer than that."""

    key: str
    label: str
    group: str = ""

    @property
    def published(self) -> str:
        """The key under which it is counted."""
        return self.group or self.key


@dataclass(frozen=True, kw_only=True)
class Characteristic:
    """One thing that is asked, or reckoned. `groups` are the words of what is published under
    another key than an answer's own."""

    key: str
    label: str
    source: str
    values: tuple[Value, ...]
    groups: tuple[tuple[str, str], ...] = ()
    asked: bool = True

    def answers(self) -> frozenset[str]:
        """What may be stored: an answer, or why there is none."""
        return frozenset({one.key for one in self.values} | {key for key, _ in self.unsaid()})

    def published(self) -> tuple[tuple[str, str], ...]:
        """What is counted, in its order: the answers as they are published, then why there is
        none."""
        named = dict(self.groups) | {one.key: one.label for one in self.values if not one.group}
        keys = dict.fromkeys(one.published for one in self.values)
        return (*((key, named[key]) for key in keys), *self.unsaid())

    def unsaid(self) -> tuple[tuple[str, str], ...]:
        """Why there may be no answer: what is reckoned can only not be known."""
        return UNSAID if self.asked else (NOT_KNOWN,)

    def counted_as(self, answer: str) -> str:
        """What an answer is counted as; one of a vocabulary that is no more is not known."""
        if answer in set(Unsaid):
            return answer
        found = (one.published for one in self.values if one.key == answer)
        return next(found, Unsaid.NOT_KNOWN.value)


def _in(group: str, *values: tuple[str, str]) -> tuple[Value, ...]:
    return tuple(Value(key=key, label=label, group=group) for key, label in values)


def _each(*values: tuple[str, str]) -> tuple[Value, ...]:
    return _in("", *values)


CENSUS = "Census 2021, England and Wales (ONS)"
ETHNICITY = Characteristic(
    key="ethnicity",
    label="Ethnic group",
    source=f"Equality Act 2010 s9; {CENSUS}, 18 groups and any other",
    values=(
        *_in(
            "asian",
            ("asian-bangladeshi", "Asian: Bangladeshi"),
            ("asian-chinese", "Asian: Chinese"),
            ("asian-indian", "Asian: Indian"),
            ("asian-pakistani", "Asian: Pakistani"),
            ("asian-other", "Asian: any other Asian background"),
        ),
        *_in(
            "black",
            ("black-african", "Black: African"),
            ("black-caribbean", "Black: Caribbean"),
            ("black-other", "Black: any other Black background"),
        ),
        *_in(
            "mixed",
            ("mixed-asian", "Mixed: White and Asian"),
            ("mixed-african", "Mixed: White and Black African"),
            ("mixed-caribbean", "Mixed: White and Black Caribbean"),
            ("mixed-other", "Mixed: any other Mixed or multiple background"),
        ),
        *_in(
            "white",
            ("white-british", "White: English, Welsh, Scottish, Northern Irish or British"),
            ("white-irish", "White: Irish"),
            ("white-traveller", "White: Gypsy or Irish Traveller"),
            ("white-roma", "White: Roma"),
            ("white-other", "White: any other White background"),
        ),
        *_in("other", ("other-arab", "Other: Arab"), ("other-other", "Any other ethnic group")),
    ),
    groups=(
        ("asian", "Asian, Asian British or Asian Welsh"),
        ("black", "Black, Black British, Black Welsh, Caribbean or African"),
        ("mixed", "Mixed or multiple ethnic groups"),
        ("white", "White"),
        ("other", "Other ethnic group"),
    ),
)
APPEARANCE = Characteristic(
    key="ethnic-appearance",
    label="Ethnic appearance, as the officer saw it",
    source="Equality Act 2010 s9; police identity codes, 6+1",
    values=_each(
        ("ic1", "White, North European"),
        ("ic2", "White, South European"),
        ("ic3", "Black"),
        ("ic4", "Asian"),
        ("ic5", "Chinese, Japanese or other South East Asian"),
        ("ic6", "Arab or North African"),
    ),
)
DISABILITY = Characteristic(
    key="disability",
    label="Disability",
    source=f"Equality Act 2010 s6; {CENSUS}",
    values=(
        *_in(
            "disabled",
            ("limited-a-lot", "Day-to-day activities limited a lot"),
            ("limited-a-little", "Day-to-day activities limited a little"),
        ),
        *_in(
            "not-disabled",
            ("not-limited", "A long-term condition that limits nothing"),
            ("no-condition", "No long-term condition"),
        ),
    ),
    groups=(("disabled", "Disabled"), ("not-disabled", "Not disabled")),
)
ORIENTATION = Characteristic(
    key="sexual-orientation",
    label="Sexual orientation",
    source=f"Equality Act 2010 s12; {CENSUS}",
    values=(
        *_each(("heterosexual", "Straight or heterosexual")),
        *_in(
            "lgb",
            ("gay-or-lesbian", "Gay or lesbian"),
            ("bisexual", "Bisexual"),
            ("other-orientation", "Another orientation"),
        ),
    ),
    groups=(("lgb", "Lesbian, gay, bisexual or another"),),
)
IDENTITY = Characteristic(
    key="gender-identity",
    label="Gender identity",
    source=f"Equality Act 2010 s7 (gender reassignment); {CENSUS}",
    values=(
        *_each(("as-registered", "The same as the sex registered at birth")),
        *_in(
            "trans",
            ("trans-woman", "Trans woman"),
            ("trans-man", "Trans man"),
            ("non-binary", "Non-binary"),
            ("other-identity", "Another gender identity"),
        ),
    ),
    groups=(("trans", "Different from the sex registered at birth"),),
)
RELIGION = Characteristic(
    key="religion",
    label="Religion or belief",
    source=f"Equality Act 2010 s10; {CENSUS}",
    values=_each(
        ("no-religion", "No religion"),
        ("christian", "Christian"),
        ("buddhist", "Buddhist"),
        ("hindu", "Hindu"),
        ("jewish", "Jewish"),
        ("muslim", "Muslim"),
        ("sikh", "Sikh"),
        ("other-religion", "Any other religion or belief"),
    ),
)
PARTNERSHIP = Characteristic(
    key="partnership",
    label="Marriage and civil partnership",
    source=f"Equality Act 2010 s8; {CENSUS}, legal partnership",
    values=(
        *_each(("never-partnered", "Never married and never in a civil partnership")),
        *_in("partnered", ("married", "Married"), ("civil-partner", "In a civil partnership")),
        *_in(
            "formerly",
            ("separated", "Separated"),
            ("divorced", "Divorced, or partnership dissolved"),
            ("widowed", "Widowed, or surviving civil partner"),
        ),
    ),
    groups=(
        ("partnered", "Married or in a civil partnership"),
        ("formerly", "Separated, divorced or widowed"),
    ),
)
PREGNANCY = Characteristic(
    key="pregnancy",
    label="Pregnancy and maternity",
    source="Equality Act 2010 ss4, 17 and 18: pregnancy, and the 26 weeks after a birth",
    values=(
        *_in(
            "pregnant-or-recent",
            ("pregnant", "Pregnant"),
            ("gave-birth", "Gave birth in the last 26 weeks"),
        ),
        *_each(("neither", "Neither")),
    ),
    groups=(("pregnant-or-recent", "Pregnant, or gave birth in the last 26 weeks"),),
)
SEX = Characteristic(
    key="sex",
    label="Sex",
    source=f"Equality Act 2010 s11; {CENSUS}",
    values=_each(("female", "Female"), ("male", "Male")),
)
# From which age each band runs.
BANDS = (
    (0, "Under 16"),
    (16, "16 to 24"),
    (25, "25 to 34"),
    (35, "35 to 49"),
    (50, "50 to 64"),
    (65, "65 and over"),
)
OLDEST = 120
AGE = Characteristic(
    key="age",
    label="Age",
    source="Equality Act 2010 s5; reckoned from the date of birth on the day of the first case",
    values=_each(*((f"from-{least}", label) for least, label in BANDS)),
    asked=False,
)
CHARACTERISTICS = (
    AGE,
    DISABILITY,
    IDENTITY,
    PARTNERSHIP,
    PREGNANCY,
    ETHNICITY,
    APPEARANCE,
    RELIGION,
    SEX,
    ORIENTATION,
)
ASKED = tuple(one for one in CHARACTERISTICS if one.asked)
BY_KEY = {one.key: one for one in CHARACTERISTICS}


def band_of(born: date | None, on: date) -> str:
    """The age band of somebody born on a day; "not-known" where it cannot be reckoned."""
    if born is None:
        return Unsaid.NOT_KNOWN.value
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if not 0 <= age <= OLDEST:
        return Unsaid.NOT_KNOWN.value
    return next(f"from-{least}" for least, _ in reversed(BANDS) if age >= least)

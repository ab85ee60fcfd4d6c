"""The vulnerability strands a call can carry. Lists differ by document: this one is editable words
over stable codes (domain reference, section 2; membership of low confidence)."""

from collections.abc import Iterable

STRANDS = (
    ("V01", "Domestic abuse"),
    ("V02", "Child abuse"),
    ("V03", "Child sexual exploitation"),
    ("V04", "Serious sexual offences"),
    ("V05", "Stalking and harassment"),
    ("V06", "So-called honour-based abuse"),
    ("V07", "Forced marriage"),
    ("V08", "Female genital mutilation"),
    ("V09", "Modern slavery and trafficking"),
    ("V10", "Missing and absent"),
    ("V11", "Adults at risk"),
    ("V12", "Mental health"),
    ("V13", "Managing sexual or violent offenders"),
)
# National Standard for Incident Recording chapters; a crime is recorded under counting rules.
CATEGORIES = (
    ("asb-personal", "Anti-social behaviour: personal"),
    ("asb-nuisance", "Anti-social behaviour: nuisance"),
    ("asb-environmental", "Anti-social behaviour: environmental"),
    ("safety-welfare", "Public safety and welfare"),
    ("transport", "Transport"),
    ("administration", "Administration"),
    ("crime", "A crime was recorded"),
    ("duplicate", "Duplicate of another call"),
)
RISK_TYPES = (
    ("domestic-abuse", "Domestic abuse"),
    ("asb", "Anti-social behaviour"),
    ("concern-for-safety", "Concern for safety"),
    ("missing", "Missing person"),
    ("mental-health", "Mental health crisis"),
    ("violence", "Violence or threat"),
    ("sexual-offence", "Sexual offence"),
    ("child", "Child at risk"),
    ("suspicious", "Suspicious activity"),
    ("burglary", "Burglary"),
    ("road", "Road"),
    ("other", "Other"),
)


DOMESTIC_RISK, DOMESTIC_STRAND = "domestic-abuse", "V01"


def labels_of(codes: Iterable[str], menu: Iterable[tuple[str, str]]) -> list[str]:
    """The words of some codes, in the menu's order; a code no longer in it stands as it is."""
    chosen = list(codes)
    if not chosen:
        return []
    told = {code: words for code, words in menu if code in chosen}
    return [*told.values(), *(code for code in chosen if code not in told)]

"""Numbers and dates that tell people apart, in one form however they were written; "" where what
was written cannot be one, or stands for “not known”."""

import re
from datetime import date

from wansdyke.people.keys import phone_key, postcode, postcode_key

# The check letter of the Police National Computer and of the Criminal Records Office.
CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
FIRST_FULL_CENTURY = 39
OLDEST = 1875
_PNC = re.compile(r"^(?P<digits>[0-9]{2,11})(?P<letter>[A-Z])$")
_PNC_PARTS = re.compile(r"^(?P<year>[0-9]{2}|[0-9]{4})/(?P<serial>[0-9]{1,7})(?P<letter>[A-Z])$")
_CRO = re.compile(r"^(?P<serial>[0-9]{1,6})/(?P<year>[0-9]{2})(?P<letter>[A-Z])$")
_CRO_FILE = re.compile(r"^SF(?P<year>[0-9]{2})/(?P<serial>[0-9]{1,6})(?P<letter>[A-Z])$")
_SPACE = re.compile(r"\s+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_FIRST = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)?[/. -]+(\d{1,2}|[a-z]{3,9})[/. ,-]+(\d{4})$")
_YEAR_FIRST = re.compile(r"^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[T ]0{1,2}:00(?::00)?)?$")
_RUN = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
# Days that forms put where nobody knows one.
_STAND_INS = {date(1900, 1, 1), date(1901, 1, 1), date(1911, 11, 11)}
_NOBODYS_POSTCODES = ("ZZ99", "NF1")
_NOBODYS_NUMBERS = {"1234567", "12345678", "123456789", "1234567890", "7123456789"}
SHORTEST_PHONE = 7


def _tight(text: str) -> str:
    return _SPACE.sub("", text).upper()


def _letter_fits(letter: str, digits: str) -> bool:
    return CHECK_LETTERS[int(digits) % len(CHECK_LETTERS)] == letter


def pnc(text: str) -> str:
    """A Police National Computer identity as “1981/0000034U”; "" where its check letter is not
    right.

    Years of two digits: those up to 38 are of this century, as the system came in 1974 and took
    over older files. Source: the check is modulo 23 of the year's two digits and seven of serial.
    """
    written = _tight(text)
    found = _PNC_PARTS.match(written)
    if found:
        return _whole_pnc(found["year"], found["serial"], found["letter"])
    run = _PNC.match(written)
    if run is None:
        return ""
    digits = run["digits"]
    # Without the stroke a year of four digits is meant only where the serial is then whole.
    width = 4 if len(digits) == 11 else 2
    return _whole_pnc(digits[:width], digits[width:], run["letter"])


def _whole_pnc(year: str, serial: str, letter: str) -> str:
    if not serial or len(serial) > 7 or not _letter_fits(letter, year[-2:] + serial.zfill(7)):
        return ""
    century = "20" if int(year[-2:]) < FIRST_FULL_CENTURY else "19"
    whole = year if len(year) == 4 else century + year
    return f"{whole}/{serial.zfill(7)}{letter}"


def cro(text: str) -> str:
    """A Criminal Records Office number as “065656/91H” or “SF83/50058Z”; "" where its check letter
    is not right. That of an SF number is reckoned without leading noughts."""
    written = _tight(text)
    found = _CRO.match(written)
    if found and _letter_fits(found["letter"], found["year"] + found["serial"].zfill(6)):
        return f"{found['serial'].zfill(6)}/{found['year']}{found['letter']}"
    found = _CRO_FILE.match(written)
    if found and _letter_fits(found["letter"], found["year"] + found["serial"]):
        return written
    return ""


def phone(text: str) -> str:
    """A telephone number in E.164 form (“+447700900123”); "" where it is too short or nobody's."""
    plus = text.strip().startswith(("+", "00"))
    digits = phone_key(text.replace("(0)", ""))
    if digits.startswith("0") and not digits.startswith("00"):
        digits = "44" + digits[1:]
    elif not plus:
        return ""
    digits = digits.removeprefix("00")
    short = len(digits) < SHORTEST_PHONE + 2 or len(digits) > 15
    nobody = len(set(digits[2:])) <= 2 or digits[2:] in _NOBODYS_NUMBERS
    return "" if short or nobody else f"+{digits}"


def post_code(text: str) -> str:
    """A postcode in its usual form; one of another country as letters and digits; "" for those that
    stand for no fixed abode."""
    whole = postcode(text) or postcode_key(text)
    return "" if whole.startswith(_NOBODYS_POSTCODES) else whole


def birth_date(text: str, today: date) -> date | None:
    """A date of birth; None for what is none, lies ahead, is older than anybody, or stands in for
    “not known” (1 January 1900). Day before month, as the British write it."""
    parts = _parts(text.strip().casefold())
    if parts is None:
        return None
    try:
        found = date(*parts)
    except ValueError:
        return None
    possible = found.year > OLDEST and found <= today and found not in _STAND_INS
    return found if possible else None


def _parts(text: str) -> tuple[int, int, int] | None:
    found = _YEAR_FIRST.match(text) or _RUN.match(text)
    if found:
        return int(found[1]), int(found[2]), int(found[3])
    found = _DAY_FIRST.match(text)
    if found is None:
        return None
    month = found[2]
    if not month.isdigit():
        if month[:3] not in _MONTHS:
            return None
        return int(found[3]), _MONTHS.index(month[:3]) + 1, int(found[1])
    return int(found[3]), int(month), int(found[1])

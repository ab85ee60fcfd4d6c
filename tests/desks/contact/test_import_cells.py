"""One cell as a value: dates of every kind that spreadsheets write, grades, menus, degrees."""

import contextlib
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.desks.contact import csv_cells
from wansdyke.desks.contact.csv_cells import Expected
from wansdyke.desks.contact.rules import GRADES, Grade

AFTERNOON = datetime(2018, 12, 31, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2018-12-31 14:05",
        "2018-12-31T14:05:00",
        "2018-12-31T14:05:00Z",
        "2018-12-31 15:05+01:00",
        "31/12/2018 14:05",
        "31/12/2018 14:05:00",
        "31-12-2018 14:05",
        "31.12.2018, 14:05",
        "31/12/2018 2:05 PM",
        "31/12/2018 02:05:00.000 pm",
        "43465.586805555555",
        "43465,586805555555",
    ],
)
def test_a_moment_in_any_usual_form(text: str) -> None:
    assert csv_cells.moment(text) == AFTERNOON


def test_without_an_offset_a_moment_is_londons() -> None:
    assert csv_cells.moment("1/7/2018 14:05") == datetime(2018, 7, 1, 13, 5, tzinfo=UTC)
    assert csv_cells.moment("43282.5868055556") == datetime(2018, 7, 1, 13, 5, tzinfo=UTC)


def test_a_serial_number_is_read_to_the_second() -> None:
    assert csv_cells.moment("43465.586") == datetime(2018, 12, 31, 14, 3, 50, tzinfo=UTC)


@given(st.datetimes(datetime(1950, 1, 1), datetime(2099, 1, 1)))
def test_a_spreadsheet_gives_back_the_second_it_was_given(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    days = (moment - csv_cells.SPREADSHEET_EPOCH).total_seconds() / 86_400
    if days == int(days):
        return
    assert csv_cells.moment(f"{days:.9f}") == csv_cells.moment(moment.isoformat(" "))


@pytest.mark.parametrize(
    "text",
    [
        "2018-12-31",
        "31/12/2018",
        "43465",
        "43465.0",
        "12/31/2018 14:05",
        "31/12/18 14:05",
        "31/12/2018 13:05 PM",
        "31/12/2018 25:00",
        "yesterday",
        "1e999",
    ],
)
def test_a_time_of_day_is_never_invented(text: str) -> None:
    with pytest.raises(Expected, match="a date and time such as"):
        csv_cells.moment(text)


@pytest.mark.parametrize(
    "text",
    ["1980-02-28", "28/02/1980", "28/2/1980", "28.02.1980 00:00:00", "1980-02-28 00:00", "29279"],
)
def test_a_date_of_birth(text: str) -> None:
    assert csv_cells.birth(text) == date(1980, 2, 28)


@pytest.mark.parametrize("text", ["1980", "02/1980", "28/02/80", "30/02/1980", "1730-01-01"])
def test_what_is_no_date_of_birth(text: str) -> None:
    with pytest.raises(Expected, match="date"):
        csv_cells.birth(text)


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("Immediate", Grade.IMMEDIATE),
        ("EMERGENCY", Grade.IMMEDIATE),
        ("Grade 1", Grade.IMMEDIATE),
        ("prompt", Grade.PRIORITY),
        ("2", Grade.PRIORITY),
        ("Scheduled", Grade.SCHEDULED),
        ("grade-3", Grade.SCHEDULED),
        ("Resolved without deployment", Grade.WITHOUT_DEPLOYMENT),
        ("without-deployment", Grade.WITHOUT_DEPLOYMENT),
        ("4", Grade.WITHOUT_DEPLOYMENT),
    ],
)
def test_a_grade_by_whatever_name(text: str, grade: Grade) -> None:
    assert csv_cells.grade(text) is grade


def test_every_grade_is_known_by_its_own_words_and_no_word_means_two() -> None:
    for code, label in GRADES:
        assert csv_cells.grade(code) is code
        assert csv_cells.grade(label) is code
    words = [word for words in csv_cells.GRADE_WORDS.values() for word in words]
    assert len(words) == len(set(words))


def test_an_unknown_grade_names_those_there_are() -> None:
    with pytest.raises(Expected, match="immediate, priority, scheduled, resolved without"):
        csv_cells.grade("grade 9")


def test_a_menu_is_read_by_code_or_words_and_named_when_missed() -> None:
    read = csv_cells.several(csv_cells.choice({"asb": "Anti-social behaviour"}, "a risk"))
    assert read("ASB | anti social behaviour") == ["asb"]
    with pytest.raises(Expected, match="a risk: Anti-social behaviour"):
        read("asb|unheard of")


@pytest.mark.parametrize("text", ["91", "-90.5", "nan", "inf", "north"])
def test_degrees_are_on_the_globe(text: str) -> None:
    with pytest.raises(Expected, match="between -90 and 90"):
        csv_cells.degrees(90)(text)


def test_a_decimal_comma_will_do() -> None:
    assert csv_cells.degrees(90)("51,5601") == 51.5601


def test_a_postcode_is_whole() -> None:
    assert csv_cells.whole_postcode("sn12ab") == "SN1 2AB"
    with pytest.raises(Expected, match="a full UK postcode"):
        csv_cells.whole_postcode("SN1")


@pytest.mark.parametrize(("text", "sex"), [("F", "female"), ("male", "male"), ("Other", "other")])
def test_a_sex(text: str, sex: str) -> None:
    menu = {"female": "Female", "male": "Male", "other": "Other"}
    assert csv_cells.sex(menu)(text) == sex


@given(st.text(min_size=1), st.sampled_from(["moment", "birth", "grade", "whole_postcode"]))
def test_whatever_stands_in_a_cell_it_is_read_or_said_to_be_wrong(text: str, reader: str) -> None:
    with contextlib.suppress(Expected):
        assert getattr(csv_cells, reader)(text)

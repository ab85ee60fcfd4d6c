"""The words of names: learnt with the record, found however spelt, forgotten when unused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.home import cast
from wansdyke.people.models import PersonRecord, Spelling, Word
from wansdyke.people.vocabulary import (
    ADDRESS,
    FORENAME,
    SURNAME,
    Near,
    far,
    learn,
    near,
    recount,
    shortened,
    sounds,
)

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def texts(found: list[Near]) -> list[str]:
    return [one.text for one in found]


@given(st.text(LETTERS, min_size=3, max_size=12), st.integers(0, 11), st.sampled_from(LETTERS))
def test_a_word_with_one_letter_wrong_shares_a_key_with_it(word: str, at: int, letter: str) -> None:
    place = at % len(word)
    left_out = word[:place] + word[place + 1 :]
    added = word[:place] + letter + word[place:]
    other = word[:place] + letter + word[place + 1 :]
    turned = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
    for wrong in (left_out, added, other, turned):
        if len(wrong) > 2:
            assert shortened(word) & shortened(wrong), (word, wrong)


def test_spellings_of_one_sound_share_a_key_and_other_alphabets_have_none() -> None:
    assert sounds("stephen") & sounds("steven")
    assert sounds("catherine") & sounds("kathryn")
    assert not sounds("smith") & sounds("jones")
    assert not sounds("иван")


@pytest.mark.django_db
def test_words_are_learnt_once_and_found_misspelt_by_sound_by_half_and_short() -> None:
    assert learn({SURNAME: {"smith jones", "thompson"}, FORENAME: {"william"}, ADDRESS: set()}) == 3
    assert learn({SURNAME: {"smith jones"}}) == 0
    assert texts(near((SURNAME,), "tompson", 5)[SURNAME]) == ["thompson"]
    assert near((SURNAME,), "jones", 5)[SURNAME][0].way == "half"
    assert "william" in texts(near((FORENAME,), "bill", 20)[FORENAME])
    assert texts(near((SURNAME,), "", 5)[SURNAME]) == []
    assert texts(far(SURNAME, "tomsson", 5)) == ["thompson"]


@pytest.mark.django_db
def test_what_is_read_into_memory_follows_what_is_learnt() -> None:
    learn({SURNAME: {"abercrombie"}})
    assert texts(far(SURNAME, "abbercromby", 5)) == []
    assert texts(far(SURNAME, "abercromby", 5)) == ["abercrombie"]
    learn({SURNAME: {"abercromba"}})
    assert set(texts(far(SURNAME, "abercromby", 5))) == {"abercrombie", "abercromba"}


@pytest.mark.django_db
def test_counting_learns_what_is_missing_and_forgets_what_nobody_has_at_the_second_count() -> None:
    held = cast.record(forename="Ann", surname="Storey-Pike")
    cast.record(forename="Ann", surname="Gone")
    Word.objects.all().delete()
    recount()
    assert Word.objects.get(kind=FORENAME, text="ann").records == 2
    assert Word.objects.get(kind=FORENAME, text="").records == 2
    assert near((SURNAME,), "pike", 5)[SURNAME][0].text == "storeypike"
    PersonRecord.objects.exclude(pk=held.pk).update(surname_key="")
    recount()
    assert Word.objects.get(kind=SURNAME, text="gone").records == 0
    recount()
    assert not Word.objects.filter(text="gone").exists()
    assert not Spelling.objects.filter(key="gone").exists()

"""The abuser never learns: nothing of hers leaves in any answer to him, for any purpose."""

import io
import json
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.conf import settings

from tests.casework import leaving_cast as cast
from tests.sweeps.canaries import words_in
from wansdyke.access.models import Notice
from wansdyke.casework import leaving_bundle
from wansdyke.casework.leaving_rules import Purpose, Recipient
from wansdyke.casework.models import Leaving

pytestmark = pytest.mark.django_db
GIVEN_TO = {
    Purpose.SUBJECT_ACCESS: Recipient.THEMSELF,
    Purpose.PARENTAL_ACCESS: Recipient.PARENT,
    Purpose.COURT: Recipient.COURT,
    Purpose.CRIMINAL: Recipient.DEFENCE,
    Purpose.LETTER: Recipient.THEMSELF,
    Purpose.PARTNER_RECORD: Recipient.PARTNER,
}


@pytest.fixture
def held() -> cast.Held:
    return cast.made()


def texts_of(leaving: Leaving) -> dict[str, str]:
    """Everything that goes out, as text: the PDF's own, its bytes and its facts, and the JSON."""
    found = {}
    for bundle in leaving.bundles.all():
        raw = (Path(settings.FILES_DIR) / bundle.stored_as).read_bytes()
        found[f"{bundle.form} bytes"] = raw.decode("latin-1")
        if bundle.form == "pdf":
            pdf = pypdf.PdfReader(io.BytesIO(raw))
            found["pdf text"] = "\n".join(page.extract_text() for page in pdf.pages)
            found["pdf facts"] = repr(pdf.metadata) + repr(
                pdf.xmp_metadata and vars(pdf.xmp_metadata)
            )
        else:
            json.loads(raw)
    return found


def told_of(held: cast.Held, text: str) -> set[str]:
    """What of hers, or of what is withheld, stands in a text."""
    home = held.victim.root.residences.select_related("place").get().place
    wanted: list[Any] = [
        *held.words("hers", "passed"), held.hers.reference, held.passed.reference,
        held.victim.root.reference, held.victim.person.reference, held.victim.phone,
        home.address, home.reference, "umbrella", "conference", "brolly", "marac",
        "clare", "lost-property", "lost property", "domestic-abuse", "against a partner",
    ]  # fmt: skip
    return {one for one in wanted if str(one).casefold() in text.casefold()}


@pytest.mark.parametrize("purpose", list(Purpose))
def test_nothing_of_hers_leaves_for_any_purpose(held: cast.Held, purpose: Purpose) -> None:
    given = {"purpose": purpose.value, "recipient_kind": GIVEN_TO[purpose].value}
    leaving = cast.closed(cast.asked(held, **given))
    texts = texts_of(leaving)
    assert set(texts) == {"pdf bytes", "pdf text", "pdf facts", "json bytes"}
    notices = "\n".join(Notice.objects.values_list("text", flat=True))
    for name, text in {**texts, "notices": notices}.items():
        assert told_of(held, text) == set(), name
    assert "third part" not in texts["json bytes"].casefold()


def test_what_is_his_own_leaves_to_himself(held: cast.Held) -> None:
    leaving = cast.closed(cast.asked(held))
    texts = texts_of(leaving)
    words = words_in([texts["json bytes"]])
    assert words
    assert words <= held.words("his")
    assert held.him[0].forename in texts["pdf text"]
    assert "A lamp was on" in texts["pdf text"]


def test_the_preparer_sees_all_of_it_and_which_rule_holds_it(held: cast.Held) -> None:
    pieces = cast.seen_by("ray", cast.asked(held))
    shown = "\n".join(one.piece.text for one in pieces)
    hers = held.words("hers") - held.words("hers/second", "hers/caller")
    # What is not shown stands inside the three files of the case, which nobody can search.
    assert len(hers) > 15
    assert len(hers - words_in([shown])) == 3
    rules = {one.verdict.rule for one in pieces if not one.verdict.leaves}
    assert {"existence", "spoke", "assessment", "marker", "found", "unread"} <= rules


def test_the_same_answer_is_the_same_bytes_whether_she_spoke_or_not(held: cast.Held) -> None:
    leaving = cast.asked(held)
    pieces = cast.seen_by("ray", leaving)
    at = leaving.at
    whole = leaving_bundle.contents(leaving, pieces, at)
    without_her = [one for one in pieces if one.leaving is not None]
    assert leaving_bundle.contents(leaving, without_her, at) == whole
    assert leaving_bundle.as_pdf(whole, at) == leaving_bundle.as_pdf(whole, at)
    assert leaving_bundle.as_json(whole) == leaving_bundle.as_json(whole)

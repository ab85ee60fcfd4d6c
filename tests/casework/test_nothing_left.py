"""Every text field of every model filled with a word, disposed of: none is left in any table, file,
page, search, export or vocabulary."""

import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from tests import databases
from tests.casework.filled_rows import Filling, ended_long_ago, word_of
from tests.desks.contact import control_room as room
from tests.home import cast
from tests.lost_property.desk import DESK as LOST_PROPERTY
from wansdyke.access.models import Grant, Lock, Notice, User
from wansdyke.access.sections import Section
from wansdyke.casework import disposals
from wansdyke.casework.belonging import removable
from wansdyke.casework.desk import Desk
from wansdyke.casework.disposals import Terms
from wansdyke.casework.disposing import Means, carry_out
from wansdyke.casework.documents import path_of
from wansdyke.casework.models import (
    Case,
    Disposal,
    Document,
    Export,
    Leaving,
    LeavingBundle,
    LegalHold,
)
from wansdyke.desks.contact.desk import DESK as CONTACT
from wansdyke.directory import DESKS
from wansdyke.history.door import change
from wansdyke.history.models import AuditEntry
from wansdyke.linkage.letting_go import let_go
from wansdyke.people.models import Word

NOW = {"desks": DESKS}
ERASE = Terms(kind="erasure", ground="s47-1-a", reason=word_of("why"))


def by(user: User) -> dict[str, Any]:
    return {"by": cast.actor(user), "at": cast.now(), "key": uuid4().hex}


def in_tables() -> str:
    """Every row of every table, as one text."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            said += [repr(row) for row in cursor.fetchall()]
    return "\n".join(said)


def case_of(desk: Desk, keeper: User, record: Any) -> Case:
    if desk is LOST_PROPERTY:
        return cast.thing(keeper, parties=[record]).case
    call = room.take(room.olivia(), at=cast.now(), received_at=cast.now())
    return Case.objects.select_related("root__team").get(pk=call.pk)


def filled(desk: Desk, folder: Path) -> tuple[Filling, User]:
    """A case of a desk with a person, all of it filled; and whoever disposes of it."""
    keeper = cast.user("kim", cast.KEEPER)
    record = cast.record(forename=word_of("first"), surname=word_of("last"))
    other = cast.record(forename="Nan", surname="Smith")
    case = case_of(desk, keeper, record)
    place = cast.place(f"1 {word_of('road')} Road", "SN1 1AA", on=case)
    ended_long_ago(case)
    made = Filling(case=case, record=record, other=other, user=keeper, place=place)
    made.fill()
    # Among the rows there is a hold, which would stop it.
    LegalHold.objects.update(lifted_at=cast.now())
    Leaving.objects.update(state=Leaving.CLOSED)
    made.words |= {word_of("first"), word_of("last"), word_of("road"), word_of("why")}
    _beside(made, keeper, folder)
    return made, keeper


def _beside(made: Filling, keeper: User, folder: Path) -> None:
    """What belongs to a record besides the rows that hang from it."""
    word = word_of("beside")
    made.words.add(word)
    for root in (made.case.root, made.record.root):
        shared = cast.shared(root, cast.agency("council", home=False), keeper)
        Grant.objects.filter(pk=shared.pk).update(reason=word, purpose=word, lawful_basis=word)
        cast.locked(root, cast.user(f"out-{root.pk}", cast.KEEPER), keeper)
        Lock.objects.filter(root=root).update(reason=word)
        Notice.objects.create(user=keeper, root=root, text=word, made_at=cast.now())
        with change(**by(keeper), root=root) as doing:
            event = doing.event("amended", root=root)
            doing.changed(event, root.reference, "what", Section.NARRATIVE, word, word)
    # A link that is short enough for its column, however deep the test's own folder lies.
    near = Path(tempfile.mkdtemp()) / "b"
    near.symlink_to(folder)
    bundle = near / "bundle.pdf"
    bundle.write_text(word)
    LeavingBundle.objects.create(
        leaving=Leaving.objects.get(), form="pdf", stored_as=str(bundle), size=1, sha256="0" * 64,
        at=cast.now(),
    )  # fmt: skip
    stored = f"documents/zz/{uuid4().hex}"
    path_of(stored).parent.mkdir(parents=True, exist_ok=True)
    path_of(stored).write_text(word)
    Document.objects.filter(case=made.case).update(stored_as=stored)
    (folder / "a.xlsx").write_text(word)
    Export.objects.create(
        by=keeper, reference="EX-TEST-0001", desk=made.case.desk, asked_at=cast.now(),
        ready_at=cast.now(), held=[made.case.pk], stored_as="a.xlsx",
    )  # fmt: skip


def disposed(root: Any, means: Means) -> Disposal:
    rita = User.objects.filter(username="rita").first() or cast.user("rita", "records-manager")
    boss = cast.user(f"boss-{root.pk}", "control-room-supervisor", cast.HEAD, at=root.team)
    disposals.propose(root, ERASE, **NOW, **by(rita))
    made = Disposal.objects.get(root=root)
    disposals.decide(made, agreed=True, reason=word_of("why"), **NOW, **by(boss))
    assert carry_out(means, cast.now()) == 1
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("desk", [LOST_PROPERTY, CONTACT], ids=lambda desk: desk.key)
def test_no_word_of_a_record_is_left_anywhere(desk: Desk, tmp_path: Path) -> None:
    means = Means(exports=tmp_path, register=tmp_path / "register", let_go=let_go)
    made, keeper = filled(desk, tmp_path)
    before = in_tables()
    assert {word for word in made.words if word not in before} == {word_of("why")}
    empty = {
        one.model._meta.label
        for one in removable()
        if not (one.rows(made.case.pk).exists() or one.rows(made.record.pk).exists())
    }
    others = {one.model._meta.app_label for one in DESKS if one is not desk}
    assert {label for label in empty if label.split(".")[0] not in others} == set()
    stored = Document.objects.get(case=made.case).stored_as
    entries = AuditEntry.objects.count()
    for root in (made.case.root, made.record.root):
        disposed(root, means)
        assert all(not one.rows(root.pk).exists() for one in removable()
                   if one.model._meta.label != "people.PersonRecord")  # fmt: skip
    after = in_tables()
    assert sorted(word for word in made.words if word in after) == []
    assert not path_of(stored).exists()
    assert [path.name for path in tmp_path.iterdir()] == ["register"]
    assert word_of("first") not in (tmp_path / "register").read_text()
    assert not Word.objects.filter(text__in=made.words).exists()
    assert AuditEntry.objects.count() > entries
    client = cast.signed_in(keeper)
    for word in made.words:
        found = client.post("/search/", {"text": word, "reason": "case"}, follow=True)
        assert f">{word}" not in found.content.decode()
    listed = client.get(f"/{desk.key}/export.csv?state=").getvalue().decode()
    listed += client.get(f"/{desk.key}/?state=").content.decode()
    assert not [word for word in made.words if word in listed]


@pytest.mark.sqlite_only
def test_nor_in_the_bytes_of_the_file(committed_db: databases.Database, tmp_path: Path) -> None:
    """What SQLite deletes is written over, so that no copy of the file tells it."""
    means = Means(exports=tmp_path, register=tmp_path / "register", let_go=let_go)
    made, _ = filled(LOST_PROPERTY, tmp_path)
    for root in (made.case.root, made.record.root):
        disposed(root, means)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        name = cursor.execute("PRAGMA database_list").fetchone()[2]
    content = b"".join(file.read_bytes() for file in Path(name).parent.glob(f"{Path(name).name}*"))
    assert sorted(word for word in made.words if word.encode() in content) == []

"""`wansdyke link`: which records of some files are of one person."""

import gc
import json
import time
from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone

from wansdyke.access.command_line import acting
from wansdyke.access.posts import Right
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

NO_SPARK = (
    "Linking on Spark needs PySpark 4.1 or newer, which Wansdyke does not bring along:"
    " pip install 'wansdyke[spark]'"
)


class Engine(StrEnum):
    """What weighs the pairs."""

    DUCKDB = "duckdb"
    SPARK = "spark"


Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE.csv…]", help="Person records; without any, the database's own."),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where the results of files go.")
]
Mapping = Annotated[
    Path | None,
    typer.Option("--map", metavar="FILE.toml", help='Lines such as forename = "first_name".'),
]
Model = Annotated[
    Path | None,
    typer.Option("--model", metavar="FILE", help="A trained model; else one is trained."),
]
Suggest = Annotated[
    float, typer.Option(help="From which probability a pair is listed for a person to judge.")
]
Join = Annotated[
    float, typer.Option(help="From which probability a pair is joined, if nothing contradicts it.")
]
Engines = Annotated[
    Engine, typer.Option("--engine", help="What weighs the pairs of files: see docs/linking.md.")
]
Master = Annotated[
    str, typer.Option(metavar="URL", help="Spark’s master, such as local[4] or spark://host:7077.")
]
Train = Annotated[
    bool, typer.Option("--train", help="Learn from the database's own records what to weigh by.")
]
Shipped = Annotated[
    bool, typer.Option("--as-shipped", help="Weigh as shipped again, in the database.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")]


def link(
    files: Files = None,
    out: Out = None,
    mapping: Mapping = None,
    model: Model = None,
    suggest_above: Suggest = 0.5,
    join_above: Join = 0.95,
    engine: Engines = Engine.DUCKDB,
    master: Master = "local[*]",
    train: Train = False,
    as_shipped: Shipped = False,
    as_json: AsJson = False,
) -> None:
    """Find the records of one person, in files of person records of this or any other system, or
    in the database, where the pairs found wait for a person's judgement.

    With files it reads and writes files alone. Twins, a parent and a child of one name, or records
    with different identities are never joined: review.csv says what speaks against it.
    """
    if not files and engine is not Engine.DUCKDB:
        raise Refused("--engine is for files: the database links its own records.")
    if train or as_shipped:
        came, words = _weighing_anew(files, train=train)
    elif not files:
        came, words = _in_the_database()
    elif out is None:
        raise Refused("Say where the results go: --out DIR.")
    else:
        # The statistics take seconds to import, which no other command should wait for.
        linker = import_module("wansdyke.linkage.bulk.linker")
        linking = import_module("wansdyke.linkage.bulk.linked")
        bounds = linking.Bounds(suggest_above, join_above)
        trained = linker.read_model(model) if model else None
        weighing = linker.weigh if engine is Engine.DUCKDB else _on_spark(master)
        came, words = _in_files(files, out, mapping, bounds, (trained, weighing), _told(as_json))
    typer.echo(json.dumps(came, indent=2) if as_json else words)


def _in_files(
    files: list[Path],
    out: Path,
    mapping: Path | None,
    bounds: Any,
    by: tuple[Any, Any],
    told: Callable[[int], None],
) -> tuple[dict[str, Any], str]:
    began = time.perf_counter()
    reading, linking, output = (
        import_module(f"wansdyke.linkage.bulk.{name}") for name in ("files", "linked", "output")
    )
    today = london(timezone.now()).date()
    # Else all that is loaded is looked through for garbage a thousand times while records go by.
    gc.freeze()
    try:
        read = reading.read(files, reading.chosen_columns(mapping), today, told)
    finally:
        gc.unfreeze()
    linked = linking.link(read.ids, read.records, bounds, *by)
    try:
        written = output.write(linked, read.mapped, out)
    except OSError as fault:
        raise Refused(f"The results cannot be written to {out}: {fault.strerror}") from None
    came = _came(linked, read.mapped, written) | {"seconds": round(time.perf_counter() - began, 1)}
    return came, _words(came)


def _on_spark(master: str) -> Any:
    try:
        return import_module("wansdyke.linkage.bulk.spark").OnSpark(master)
    except ImportError:
        raise Refused(NO_SPARK) from None


def _in_the_database() -> tuple[dict[str, Any], str]:
    """Looks for others of the same person for every record that is new or changed."""
    acting(Right.ADMINISTER)
    pairing = import_module("wansdyke.linkage.pairing")
    before = pairing.unpaired().count()
    made = pairing.pair_new(timezone.now(), most=before)
    words = f"{before:,} new or changed records looked at, {_pairs(made)} waiting to be judged."
    return {"records": before, "suggested": made}, words


def _weighing_anew(files: list[Path] | None, *, train: bool) -> tuple[dict[str, Any], str]:
    """Has look-up and linking weigh by what the database's own records teach, or as shipped."""
    if files:
        raise Refused(
            "--train and --as-shipped are for the database: files are learnt from anyway."
        )
    by, learning = acting(Right.ADMINISTER), import_module("wansdyke.linkage.learning")
    now = timezone.now()
    used = learning.learn(by, now) if train else learning.as_shipped(by, now)
    came = {"model": used.name, "records": used.records}
    lines = [f"Look-up and linking weigh by {used.name} from now on."]
    if used.learnt is not None:
        lines.append(f"It learnt from {used.records:,} records. In bits, as shipped and as learnt:")
        rows = learning.told(used.learnt)
        lines += [f"{before:+7.1f} {learnt:+7.1f}  {words}" for words, before, learnt in rows]
    return came, "\n".join(lines)


def _came(linked: Any, mapped: Any, written: list[Path]) -> dict[str, Any]:
    return {
        "records": len(linked.records),
        "people": linked.people,
        "pairs": len(linked.pairs),
        "joined": len(linked.joined.links),
        "review": len(linked.review),
        "trained": linked.trained,
        "columns": [
            {"file": one.file, "read": dict(one.columns), "ignored": one.ignored} for one in mapped
        ],
        "files": [str(path) for path in written],
    }


def _told(as_json: bool) -> Callable[[int], None]:
    def told(amount: int) -> None:
        if not as_json:
            typer.echo(f"{amount:,} records read", err=True)

    return told


def _pairs(count: int) -> str:
    return "1 pair" if count == 1 else f"{count:,} pairs"


def _words(came: dict[str, Any]) -> str:
    lines = []
    for one in came["columns"]:
        lines.append(f"{one['file']}:")
        lines += [f"  {ours} from “{theirs}”" for ours, theirs in one["read"].items()]
        lines += [f"  not read: {', '.join(one['ignored'])}"] if one["ignored"] else []
    lines.append(
        f"{came['records']:,} records are of {came['people']:,} people: {_pairs(came['joined'])}"
        f" joined, {came['review']:,} left for a person’s judgement."
    )
    lines += came["files"]
    return "\n".join(lines)

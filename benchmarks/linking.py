"""Linking: `wansdyke link` as a whole process on made-up records (RECORDS in the environment, else
1,000,000) of four fifths as many people, a fifth of them told again with an error: seconds from
command to the last file, and the most memory it held. Precision and recall of its pairs and of its
clusters, against who was made up. On files alone, so that a database makes no difference."""

import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from benchmarks.figures import Figure, hand_over

RECORDS = int(os.environ.get("RECORDS", "1000000"))
MILLION = 1_000_000
SYLLABLES = ("ba", "bel", "cor", "dan", "der", "el", "fin", "gar", "han", "is", "jo", "kel", "lan",
             "mar", "mor", "nel", "or", "pen", "ri", "ros", "sa", "sel", "tam", "ul", "ver", "wil",
             "yor", "zan")  # fmt: skip
HEADINGS = ("id", "forename", "surname", "date_of_birth", "sex", "house", "street", "town",
            "postcode", "phone")  # fmt: skip


def words(count: int, seed: int) -> list[str]:
    """Made-up words, none twice."""
    draw, found = random.Random(seed), dict[str, None]()
    while len(found) < count:
        found["".join(draw.choices(SYLLABLES, k=draw.choice((2, 2, 3)))).capitalize()] = None
    return list(found)


class Made:
    """People who do not exist, the first names of each list the most frequent."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.lists = {
            "forename": words(900, 1),
            "surname": words(15_000, 2),
            "street": [f"{word} Road" for word in words(4_000, 3)],
            "town": words(60, 4),
        }
        self.weights = {
            name: [1 / (place + 8) for place in range(len(found))]
            for name, found in self.lists.items()
        }

    def pick(self, name: str, count: int) -> list[str]:
        """As many of a list as asked for."""
        return self.draw.choices(self.lists[name], self.weights[name], k=count)

    def people(self, count: int) -> Iterator[dict[str, str]]:
        """As many people as asked for."""
        picked = {name: self.pick(name, count) for name in self.lists}
        draw = self.draw
        for place in range(count):
            year, month, day = draw.randint(1936, 2012), draw.randint(1, 12), draw.randint(1, 28)
            area, sector = draw.randint(1, 38), draw.randint(1, 9)
            unit = draw.choice("ABDEFGHJ") + draw.choice("LNPQRSTUW")
            yield {
                **{name: values[place] for name, values in picked.items()},
                "date_of_birth": f"{year}-{month:02}-{day:02}",
                "sex": draw.choice(("F", "M")),
                "house": str(draw.randint(1, 140)),
                "postcode": f"SN{area} {sector}{unit}",
                "phone": f"07700 9{draw.randint(0, 99999):05}" if draw.random() < 0.5 else "",
            }

    def told_again(self, one: dict[str, str]) -> dict[str, str]:
        """The same person as another source told of them, with one thing wrong or left out."""
        draw, again = self.draw, dict(one)
        wrong = draw.choice(("typo", "typo", "exchanged", "date", "moved", "left out"))
        if wrong == "typo":
            name = draw.choice(("forename", "surname"))
            at = draw.randrange(len(again[name]) - 1)
            again[name] = again[name][:at] + again[name][at + 1] + again[name][at + 1 :]
        elif wrong == "exchanged":
            again["forename"], again["surname"] = again["surname"], again["forename"]
        elif wrong == "date":
            day = again["date_of_birth"]
            again["date_of_birth"] = f"{day[:8]}{draw.randint(1, 28):02}"
        elif wrong == "moved":
            again |= {"house": str(draw.randint(1, 140)), "street": self.pick("street", 1)[0]}
        else:
            again[draw.choice(("forename", "date_of_birth", "postcode", "sex"))] = ""
        return again


def write(path: Path, count: int) -> None:
    """A file of records; what an id has before its hyphen is who it is."""
    made = Made(7)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, HEADINGS)
        writer.writeheader()
        for place, one in enumerate(made.people(count * 4 // 5)):
            writer.writerow({"id": f"{place}-a", **one})
            if place % 4 == 0:
                writer.writerow({"id": f"{place}-b", **made.told_again(one)})


def scored(found: set[tuple[str, str]], people: int) -> tuple[float, float]:
    """Precision and recall of pairs of ids."""
    right = sum(a.split("-")[0] == b.split("-")[0] for a, b in found)
    return right / len(found), right / people


def read_pairs(out: Path) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The pairs that are likely, and those that were joined."""
    with (out / "pairs.csv").open(newline="") as file:
        likely = {(row["id_l"], row["id_r"]) for row in csv.DictReader(file)}
    members: dict[str, list[str]] = {}
    with (out / "clusters.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            members.setdefault(row["cluster"], []).append(row["id"])
    return likely, {two for ids in members.values() for two in combinations(ids, 2)}


def measure() -> list[Figure]:
    """Seconds, memory, precision and recall."""
    with tempfile.TemporaryDirectory(prefix="wansdyke-linking-") as folder:
        path, out = Path(folder) / "people.csv", Path(folder) / "out"
        write(path, RECORDS)
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "config.cli", "link", str(path), "--out", str(out), "--json"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        took = time.perf_counter() - began
        held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        likely, joined = read_pairs(out)
    whole = RECORDS == MILLION
    twice = len(range(0, RECORDS * 4 // 5, 4))
    found = [
        Figure(f"linking {RECORDS:,} records", took, "s", "under 60 s" if whole else "",
               took < 60 if whole else None),
        Figure("the most memory held", held, "MB", "under 1,536 MB" if whole else "",
               held < 1536 if whole else None),
    ]  # fmt: skip
    for title, pairs in (("likely pairs", likely), ("joined pairs", joined)):
        precision, recall = scored(pairs, twice)
        found.append(Figure(f"{title}: precision", 100 * precision, "%"))
        found.append(Figure(f"{title}: recall", 100 * recall, "%"))
    return found


if __name__ == "__main__":
    hand_over(measure())

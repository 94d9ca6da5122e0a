"""Names for invented people: ordinary ones, dealt out so that nobody is met twice."""

import tomllib
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from random import Random

from schoolimprove.lib.search import search_key


def words(of: str) -> list[str]:
    written = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return str(written[of]).split()


def dealt(luck: Random) -> Iterator[str]:
    """First and last names, each pair once."""
    first, last = words("first"), words("last")
    luck.shuffle(first)
    luck.shuffle(last)
    seen: set[str] = set()
    for one, other in zip(cycle(first), cycle(last), strict=False):
        name = f"{one} {other}"
        if name not in seen:
            seen.add(name)
            yield name


def address_of(name: str) -> str:
    """`wei.ling.obi@invented.example`: in a domain that nobody can ever own."""
    return f"{search_key(name).replace(' ', '.')}@invented.example"

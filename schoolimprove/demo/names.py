"""Names for invented people: ordinary ones, dealt out so that nobody is met twice."""

from collections.abc import Iterator
from itertools import cycle
from random import Random

from schoolimprove.lib.search import search_key

from .words import words


def dealt(luck: Random) -> Iterator[str]:
    """First and last names, each pair once."""
    first, last = words()["names"]["first"].split(), words()["names"]["last"].split()
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

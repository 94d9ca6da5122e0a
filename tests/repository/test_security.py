"""What is said of the service's security names modules and tests that there are, and each requirement once."""

import re
from collections import Counter
from collections.abc import Iterator

from tests.processes import ROOT

PAGE = ROOT / "docs" / "security.md"
HOW_MANY = {
    1: [2, 9, 11, 3, 2],
    2: [3, 3, 4, 1],
    3: [0, 2, 4, 6, 5, 0, 2],
    4: [3, 1, 2, 4],
    5: [1, 3, 2, 3],
    6: [3, 12, 4, 4, 5, 3, 0, 4],
    7: [3, 4, 2, 5, 2, 2],
    8: [2, 3, 1, 1],
    9: [3, 4],
    10: [2, 2, 4, 11, 5, 2, 3],
    11: [2, 3, 3, 4, 1, 1],
    12: [3, 2, 4],
    13: [1, 5, 2, 5],
    14: [2, 4, 3],
    15: [3, 3, 7, 0],
    16: [1, 5, 4, 3, 3],
    17: [1, 4, 2],
}
"""Requirements of levels 1 and 2 in each section of a chapter of ASVS 5.0.0; those of level 3 come after them."""
WORDS = {"met", "part", "no", "n/a", "yours"}
NUMBERS = [
    (chapter, section, number)
    for chapter, sections in HOW_MANY.items()
    for section, most in enumerate(sections, start=1)
    for number in range(1, most + 1)
]
ROW = re.compile(r"^\| ([\d.]+)(?:–([\d.]+))? \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)
NAMED = re.compile(r"`([\w./-]+\.(?:py|lock|yml)|Dockerfile|\.dockerignore)(?:::(\w+))?`")


def parts(number: str) -> tuple[int, ...]:
    return tuple(map(int, number.split(".")))


def told() -> Iterator[tuple[int, int, int]]:
    """Every requirement of a row, of which a range has several."""
    for first, last, _word, _how in ROW.findall(PAGE.read_text()):
        start, end = parts(first), parts(last or first)
        assert start in NUMBERS, first
        assert end in NUMBERS, last
        yield from (number for number in NUMBERS if start <= number <= end)


def test_every_requirement_is_told_of_once() -> None:
    assert [number for number, times in Counter(told()).items() if times > 1] == []
    assert set(NUMBERS) - set(told()) == set()


def test_every_row_says_whether_it_is_met() -> None:
    rows = ROW.findall(PAGE.read_text())
    assert len(rows) == len(re.findall(r"^\| \d", PAGE.read_text(), re.MULTILINE))
    assert {word for _first, _last, word, _how in rows} == WORDS
    assert [first for first, _last, word, how in rows if word != "yours" and not how.strip()] == []


def test_every_module_and_test_that_is_named_is_there() -> None:
    named = NAMED.findall(PAGE.read_text())
    assert len(named) > 150
    assert [path for path, _test in named if not (ROOT / path).exists()] == []
    tests = [(path, test) for path, test in named if test]
    assert [test for path, test in tests if f"def {test}(" not in (ROOT / path).read_text()] == []

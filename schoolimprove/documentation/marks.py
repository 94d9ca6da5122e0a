"""A page of which one part is written by the code."""

from collections.abc import Sequence

BEGIN = "<!-- Written by manage.py write_documents. Do not edit. -->"
END = "<!-- From here on written by hand. -->"


class NoMarks(ValueError):
    """The page has no place for what the code writes."""


def filled(page: str, part: str) -> str:
    """The page with `part` between its two marks."""
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise NoMarks(f"There is no place for it: a line {BEGIN} and a line {END}.")
    return f"{before}{BEGIN}\n\n{part.strip()}\n\n{END}{after}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)

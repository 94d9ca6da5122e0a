"""A column of a list, declared once for the page, its order, the file and the documentation."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from schoolimprove.ui import components, exports


@dataclass(frozen=True)
class Column:
    """A column on the page and in the file.

    `value` is a path of attributes, by default the name, and empty where one of them is None; or a function of the
    row. `cell` draws it on the page where that differs. Without `meaning` it is on the page only, with `file_only` in
    the file only. `sort` names the fields of the database by which the list can be sorted.
    """

    name: str
    label: str
    meaning: str = ""
    value: str | Callable[[Any], Any] = ""
    cell: Callable[[Any], Any] | None = None
    sort: Sequence[str] = ()
    numeric: bool = False
    file_only: bool = False

    def of(self, row: Any) -> Any:
        """Return the value that the file holds."""
        if callable(self.value):
            return self.value(row)
        for name in (self.value or self.name).split("."):
            row = None if row is None else getattr(row, name)
        return row

    def drawn(self, row: Any) -> Any:
        """Return what the page shows."""
        return self.cell(row) if self.cell else self.of(row)

    @property
    def head(self) -> components.Column:
        return components.Column(self.label, self.name if self.sort else "", self.numeric)


def in_file(columns: Iterable[Column]) -> list[Column]:
    return [each for each in columns if each.meaning]


def on_page(columns: Iterable[Column]) -> list[Column]:
    return [each for each in columns if not each.file_only]


def documented(columns: Iterable[Column]) -> list[exports.Column]:
    """Return the columns of the file as its "About this file" sheet and the documentation have them."""
    return [exports.Column(each.name, each.label, each.meaning) for each in in_file(columns)]


def lines(columns: Iterable[Column], rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Return the lines of the file."""
    kept = in_file(columns)
    return ([each.of(row) for each in kept] for row in rows)


def table(
    caption: str,
    columns: Iterable[Column],
    rows: Iterable[Any],
    *,
    empty: str = components.Table.empty,
    ordering: str = "",
    caption_hidden: bool = False,
) -> components.Table:
    """Return the table of a page that is no list page, such as a tab of a school."""
    shown = on_page(columns)
    return components.Table(
        caption,
        [each.head for each in shown],
        [[each.drawn(row) for each in shown] for row in rows],
        empty=empty,
        ordering=ordering,
        caption_hidden=caption_hidden,
    )

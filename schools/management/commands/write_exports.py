from collections.abc import Iterable, Iterator, Sequence

from django.urls import URLPattern, URLResolver, get_resolver

from schoolimprove.ui.exports import ListFile
from schools.management.documents import WritesDocument

HEAD = """# Lists taken away

Written by `manage.py write_exports` from the lists in the code. Do not edit.

Every list of the service can be taken away as CSV, Excel or JSON by whoever may read it and may export. The file holds
what the list holds, as it is filtered and in its order, all pages of it, and the reader's own schools alone. The filter
stands in the name of the file, as far as a name reaches; in Excel also on the sheet “About this file”, and in JSON
under `filters`. Each export is kept in the audit: who, when, which list, as what, by which filter, how many rows.

- **Dates** are days like 2026-05-01 in CSV and JSON, moments are London's with their offset; Excel has its own dates.
- **CSV** is UTF-8 with a mark that tells Excel so. Text that a spreadsheet would run as a formula has an apostrophe
  before it.
- **Excel** cuts off text beyond 32,767 characters in a cell and rows beyond 1,048,574, and says so; the CSV has all.
- **JSON** has sums of money and numbers of days as text, so that they stay exact, and says what each column means.
"""


class Command(WritesDocument):
    help = "Write docs/exports.md from the lists that can be taken away; with --check, fail when it is not up to date."
    document = "exports.md"

    def text(self) -> str:
        return document(list_files().values())


def list_files() -> dict[str, ListFile]:
    """Name of the route → the list it sends, for every route of the service that does."""
    return dict(_found(get_resolver().url_patterns, ""))


def _found(patterns: Sequence[URLPattern | URLResolver], namespace: str) -> Iterator[tuple[str, ListFile]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _found(pattern.url_patterns, inner)
        elif list_file := getattr(pattern.callback, "list_file", None):
            yield f"{namespace}{pattern.name}", list_file


def document(lists: Iterable[ListFile]) -> str:
    """The whole page: one section a list."""
    return HEAD + "".join(_section(each) for each in sorted(lists, key=lambda each: (each.page, each.called)))


def _section(each: ListFile) -> str:
    called = f"{each.called[:1].upper()}{each.called[1:]}"
    rows = "".join(f"| {column.label} | `{column.name}` | {column.meaning} |\n" for column in each.columns)
    said = f"On the page *{each.page}*. A row: {each.row[:1].lower()}{each.row[1:]}.\n"
    return f"\n## {called}\n\n{said}\n| column | in JSON | what it means |\n|---|---|---|\n{rows}"

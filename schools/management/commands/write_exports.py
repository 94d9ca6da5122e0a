from collections.abc import Iterable, Iterator, Sequence

from django.urls import URLPattern, URLResolver, get_resolver

from schoolimprove.ui.exports import ListFile
from schools.management.documents import WritesDocument

HEAD = """# Downloads

Written by `manage.py write_exports` from the lists in the code. Do not edit.

You can download every list you can read as CSV, Excel or JSON, if your role lets you export. The file has every page of
the list, filtered and sorted as on screen, with only the schools you can see. The filter is in the file's name, as far
as it fits, in Excel on the sheet “About this file”, and in JSON under `filters`. The audit records each download: who,
when, which list, format, filter and number of rows.

- **Dates** in CSV and JSON are like 2026-05-01. Times are London's, with their offset. Excel has its own dates.
- **CSV** is UTF-8 with a byte order mark for Excel. Text that a spreadsheet would run as a formula starts with an
  apostrophe.
- **Excel** files cut text after 32,767 characters in a cell and rows after 1,048,574, and say so. The CSV has it all.
- **JSON** has money and numbers of days as text, so that they stay exact, and says what each column means.
"""


class Command(WritesDocument):
    help = "Write docs/exports.md from the lists people can download. With --check, fail if it is out of date."
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

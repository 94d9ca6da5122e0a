"""What WeasyPrint leaves to be done for PDF/UA-1, done on the tags of a PDF right before it is written.

Heads of columns and of rows say which they are. What stands in the margins of pages, which WeasyPrint marks as content
that is in no tag, becomes an artifact: whoever is read the document does not hear its page numbers between sentences.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

Objects = Mapping[bytes, Any]


def finish(_document: Any, pdf: Any) -> None:
    """A finisher of WeasyPrint; `pdf` is of pydyf."""
    objects = {each.reference: each for each in pdf.objects}
    told: defaultdict[bytes, set[int]] = defaultdict(set)
    for element, heads_columns in _elements(objects[pdf.catalog["StructTreeRoot"]], objects):
        told[element.get("Pg", b"")].update(kid for kid in element["K"] if isinstance(kid, int))
        _say_scope(element, "Column" if heads_columns else "Row")
    for page in pdf.page_references:
        _make_artifacts(objects[objects[page]["Contents"]].stream, told[page])


def _elements(parent: Any, objects: Objects, heads_columns: bool = False) -> Iterator[tuple[Any, bool]]:
    """Every element of the structure tree, with whether it stands in the head of a table."""
    for kid in parent["K"]:
        element = objects.get(kid) if isinstance(kid, bytes) else None
        if element is not None and element.get("Type") == "/StructElem":
            inside = heads_columns or element["S"] == "/THead"
            yield element, inside
            yield from _elements(element, objects, inside)


def _say_scope(element: Any, scope: str) -> None:
    """In place of lists of the heads of each cell, which would need an index that is not written."""
    if element["S"] == "/TH" and "A" in element:
        element["A"]["Scope"] = f"/{scope}"
        element.pop("ID", None)
    elif element["S"] == "/TD" and "A" in element:
        element["A"].pop("Headers", None)


def _make_artifacts(stream: list[Any], told: set[int]) -> None:
    """A piece of marked content is three entries: its tag, its properties, and `BDC`."""
    for place, entry in enumerate(stream):
        if isinstance(entry, dict) and "MCID" in entry and entry["MCID"] not in told:
            del entry["MCID"]
            entry["Type"] = "/Pagination"
            stream[place - 1] = "/Artifact"

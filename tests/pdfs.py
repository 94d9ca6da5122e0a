"""PDFs looked at: their text, page by page, and their tags."""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2


def pages_of(content: bytes) -> list[str]:
    """The text of each page, in the order it is drawn, lines joined by spaces."""
    with pypdfium2.PdfDocument(content) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def text_of(content: bytes) -> str:
    return " ".join(pages_of(content))


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def elements(node: Any, inside: tuple[str, ...] = ()) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """(tag, element, the tags it stands in) of everything in the structure tree, in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            tag = str(kid["/S"]).lstrip("/")
            yield tag, kid, inside
            yield from elements(kid, (*inside, tag))


def instructions(page: pikepdf.Page) -> Iterator[tuple[Any, str]]:
    """(operands, operator) of each instruction that draws a page."""
    for each in pikepdf.parse_content_stream(page):
        yield each.operands, str(each.operator)


def untagged(content: bytes) -> list[str]:
    """The operators that draw text or pictures outside any marked content, page by page."""
    found = []
    with opened(content) as document:
        for number, page in enumerate(document.pages, 1):
            depth = 0
            for _operands, operator in instructions(page):
                depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(operator, 0)
                if operator in ("Tj", "TJ", "'", '"', "Do", "sh", "f", "f*", "S", "s", "B", "b") and depth == 0:
                    found.append(f"page {number}: {operator}")
    return found


def adrift(content: bytes) -> list[str]:
    """Marked content that says it is tagged and is in no tag."""
    with opened(content) as document:
        reached: dict[Any, set[int]] = {}
        for _tag, element, _inside in elements(document.Root.StructTreeRoot):
            kids = element.get("/K", [])
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                if isinstance(kid, int):
                    reached.setdefault(element["/Pg"].objgen, set()).add(int(kid))
        return [
            f"page {number}: {operands[1]['/MCID']}"
            for number, page in enumerate(document.pages, 1)
            for operands, operator in instructions(page)
            if operator == "BDC"
            and "/MCID" in operands[1]
            and int(operands[1]["/MCID"]) not in reached.get(page.obj.objgen, set())
        ]

"""Which files may be attached is told by their content, whatever they are called."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.documents.uploads import LARGEST, MOST_PARTS, TYPES, Refused, content_type_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_OURS = "The file must be a PDF, Word document, Excel workbook, PNG or JPEG."
NOT_OURS_IN_A_ZIP = "The file must be a PDF, Word document, Excel workbook, PNG or JPEG, without macros."


def pdf() -> bytes:
    """One empty page, as a PDF with its cross-references right."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    body, starts = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        starts.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts)
    return body + table + b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def png() -> bytes:
    """One black pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg(kind: bytes = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0", marker: bytes = b"\xff\xe0") -> bytes:
    """The segments of a JPEG, with a scan of nothing."""
    application = marker + struct.pack(">H", len(kind) + 2) + kind
    table = b"\xff\xdb\0\x43\0" + b"\x01" * 64
    frame = b"\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0"
    return b"\xff\xd8" + application + table + frame + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\0\xff\xd9"


def archive(parts: Mapping[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return made.getvalue()


def docx(**more: str) -> bytes:
    """A document with one paragraph, and whatever parts a test adds."""
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"/>',
            "word/document.xml": "<document>Minutes</document>",
            **more,
        }
    )


def xlsx() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet("Results").write_string(0, 0, "Key stage 2")
    return made.getvalue()


GOOD = {
    "pdf": (pdf(), "application/pdf"),
    "png": (png(), "image/png"),
    "jpeg": (jpeg(), "image/jpeg"),
    "jpeg of a camera": (jpeg(b"Exif\0\0II*\0\x08\0\0\0", b"\xff\xe1"), "image/jpeg"),
    "docx": (docx(), WORD),
    "xlsx": (xlsx(), EXCEL),
}


@pytest.mark.parametrize(("content", "kind"), GOOD.values(), ids=GOOD)
def test_what_may_be_attached_is_known_by_its_content(content: bytes, kind: str) -> None:
    assert content_type_of(content) == kind
    assert kind in TYPES.values()


BAD = {
    "a web page that is called .pdf": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "a drawing with a script": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "a program": b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0",
    "a program of another system": b"\x7fELF\x02\x01\x01" + bytes(9),
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "text": b"Dear Headteacher,",
    "an old Word document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
    "a moving picture": b"GIF89a\x01\0\x01\0\x80\0\0",
    "one byte": b"\0",
    "zeros": bytes(4096),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_anything_else_is_refused_with_what_would_do(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        content_type_of(content)
    assert str(refused.value) == NOT_OURS


MACROS = docx(**{"word/vbaProject.bin": "Sub AutoOpen"})
TWO_AT_ONCE = {
    "a picture that goes on as a web page": (png() + b"<script>alert(1)</script>", "image/png"),
    "a photograph that is an archive too": (jpeg() + MACROS, "image/jpeg"),
    "a PDF that is an archive too": (pdf() + MACROS, "application/pdf"),
    "a web page that goes on as a PDF": (b"<html><script>alert(1)</script></html>" + pdf(), None),
    "a program that goes on as a document": (b"MZ\x90\0" + docx(), None),
    "a script that goes on as a picture": (b"#!/bin/sh\n" + png(), None),
    "a moving picture that is a script": (b"GIF89a/*" + bytes(4) + b"*/=1;alert(1)", None),
}
"""What is two kinds of file at once → what it is taken for, or nothing where it is refused."""


@pytest.mark.parametrize(("content", "kind"), TWO_AT_ONCE.values(), ids=TWO_AT_ONCE)
def test_a_file_of_two_kinds_is_what_it_begins_as_or_refused(content: bytes, kind: str | None) -> None:
    """Its name ends as that kind, and it is served as that kind, to be saved and never guessed at."""
    if kind is not None:
        assert content_type_of(content) == kind
        return
    with pytest.raises(Refused):
        content_type_of(content)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Refused, match=r"^The file is empty\.$"):
        content_type_of(b"")


def test_ten_megabytes_are_enough_and_a_byte_more_is_too_much() -> None:
    content = pdf().ljust(10 * 1024 * 1024, b"\n")
    assert content_type_of(content) == "application/pdf"
    with pytest.raises(Refused, match=r"^The file is larger than 10 MB\.$"):
        content_type_of(content + b"\n")
    assert len(content) == LARGEST


IN_A_ZIP = {
    "a zip of anything": archive({"results.csv": "URN,KS2"}),
    "a Word document with macros": docx(**{"word/vbaProject.bin": "Sub AutoOpen"}),
    "macros whatever their case": docx(**{"word/VBAPROJECT.BIN": "Sub AutoOpen"}),
    "a binary workbook": archive({"xl/workbook.bin": b"\0"}),
    "a presentation": archive({"ppt/presentation.xml": "<p/>"}),
    "a Java archive": archive({"META-INF/MANIFEST.MF": "Main-Class: Evil"}),
    "a folder called like the part": archive({"word/document.xml/": b""}),
    "nothing in it": archive({}),
}


@pytest.mark.parametrize("content", IN_A_ZIP.values(), ids=IN_A_ZIP)
def test_an_archive_that_is_neither_word_nor_excel_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        content_type_of(content)
    assert str(refused.value) in (NOT_OURS, NOT_OURS_IN_A_ZIP)


def test_a_workbook_with_macros_is_refused() -> None:
    workbook = zipfile.ZipFile(io.BytesIO(xlsx()))
    parts = {name: workbook.read(name) for name in workbook.namelist()}
    with pytest.raises(Refused, match="without macros"):
        content_type_of(archive({**parts, "xl/vbaProject.bin": b"Sub Workbook_Open"}))


def test_names_that_lead_out_of_an_archive_are_only_names() -> None:
    assert content_type_of(docx(**{"../../../etc/passwd": "root", "/etc/shadow": "root"})) == WORD


def test_an_archive_is_judged_without_unpacking_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of a few kilobytes that unpacks to gigabytes costs nothing, since no part is read."""

    def unpacked(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a part was read")

    bomb = docx(**{"word/media/bomb.xml": "0" * 20_000_000})
    assert len(bomb) < 100_000
    monkeypatch.setattr(zipfile.ZipFile, "open", unpacked)
    assert content_type_of(bomb) == WORD


@pytest.mark.parametrize(
    "more",
    [{f"word/media/{number}.xml": "0" * 60_000_000 for number in range(4)}, {str(n): "" for n in range(MOST_PARTS)}],
    ids=["far too large", "far too many parts"],
)
def test_a_file_that_unpacks_to_far_more_than_it_is_is_refused(more: dict[str, str]) -> None:
    bomb = docx(**more)
    assert len(bomb) < LARGEST
    with pytest.raises(Refused, match="holds far more than its size"):
        content_type_of(bomb)


def test_half_a_document_is_said_to_be_damaged() -> None:
    with pytest.raises(Refused, match=r"^The file is damaged and cannot be opened\.$"):
        content_type_of(docx()[:-40])


LIST_OF_PARTS = docx().index(b"PK\x01\x02")
"""Where a part is listed: mark, version made by, version needed, flags, …, and its name 46 bytes on."""
DAMAGES = {
    "a version no archive has": {6: 0xFA},
    "a name that is no text": {9: 0x08, 46: 0xFF},
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_document_whose_list_of_parts_is_damaged_is_said_to_be_damaged(damage: dict[int, int]) -> None:
    content = bytearray(docx())
    for place, value in damage.items():
        content[LIST_OF_PARTS + place] = value
    with pytest.raises(Refused, match=r"^The file is damaged and cannot be opened\.$"):
        content_type_of(bytes(content))


@given(content=st.binary(min_size=1, max_size=400))
def test_no_bytes_whatever_do_worse_than_being_refused(content: bytes) -> None:
    assert judged(content) in {*TYPES.values(), "refused"}


@given(
    kind=st.sampled_from(sorted(GOOD)),
    place=st.floats(0, 1, exclude_max=True),
    put=st.binary(max_size=8),
    cut=st.integers(0, 8),
)
def test_no_damage_to_a_good_file_does_worse_than_being_refused(kind: str, place: float, put: bytes, cut: int) -> None:
    content = GOOD[kind][0]
    at = int(place * len(content))
    assert judged(content[:at] + put + content[at + cut :]) in {*TYPES.values(), "refused"}


@given(tail=st.binary(max_size=200))
def test_whatever_begins_like_an_archive_is_an_office_file_or_refused(tail: bytes) -> None:
    assert judged(b"PK\x03\x04" + tail) in {WORD, EXCEL, "refused"}


def judged(content: bytes) -> str:
    try:
        return content_type_of(content)
    except Refused:
        return "refused"

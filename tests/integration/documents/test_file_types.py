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

from schoolimprove.documents.uploads import (
    LARGEST,
    LARGEST_PART,
    LARGEST_READ,
    MOST_PARTS,
    TYPES,
    Refused,
    content_type_of,
)

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


PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships"


def types(*overrides: str) -> str:
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    listed = "".join([f'<Override PartName="/word/document.xml" ContentType="{main}"/>', *overrides])
    return f'<Types xmlns="{PACKAGE}/content-types">{listed}</Types>'


def relations(kind: str, target: str, mode: str = "") -> str:
    external = f' TargetMode="{mode}"' if mode else ""
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="{target}"{external}/></Relationships>'
    )


HIDDEN_MACROS = {
    "as a content type, under another name": {
        "[Content_Types].xml": types(
            '<Override PartName="/word/numbers.xml" ContentType="application/vnd.ms-office.vbaProject"/>'
        ),
        "word/numbers.xml": "Sub AutoOpen",
    },
    "as the type of an ending": {
        "[Content_Types].xml": types('<Default Extension="dat" ContentType="application/vnd.ms-office.vbaProject"/>'),
        "word/numbers.dat": "Sub AutoOpen",
    },
    "as a relation, under another name": {
        "word/_rels/document.xml.rels": relations(f"{MICROSOFT}/vbaProject", "numbers.dat"),
        "word/numbers.dat": "Sub AutoOpen",
    },
    "as the kind of document": {
        "[Content_Types].xml": types().replace(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            "application/vnd.ms-word.document.macroEnabled.main+xml",
        )
    },
    "as a character that is written by its number": {
        "[Content_Types].xml": types(
            '<Override PartName="/word/numbers.xml" ContentType="application/vnd.ms-office.&#118;baProject"/>'
        )
    },
    "as a sheet of the macros of before": {
        "[Content_Types].xml": types(
            '<Override PartName="/xl/macrosheets/sheet1.xml" ContentType="application/vnd.ms-excel.macrosheet+xml"/>'
        )
    },
    "as a control": {
        "[Content_Types].xml": types(
            '<Override PartName="/word/activeX/activeX1.xml" ContentType="application/vnd.ms-office.activeX+xml"/>'
        )
    },
    "in a workbook inside the document": {
        "[Content_Types].xml": types(
            '<Default Extension="xlsm" ContentType="application/vnd.ms-excel.sheet.macroEnabled.12"/>'
        )
    },
    "as the target of another relation": {
        "word/_rels/document.xml.rels": relations(f"{OFFICE}/image", "vbaProject.bin"),
    },
}


@pytest.mark.parametrize("parts", HIDDEN_MACROS.values(), ids=HIDDEN_MACROS)
def test_macros_are_found_whatever_their_part_is_called(parts: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        content_type_of(docx(**parts))
    assert str(refused.value) == NOT_OURS_IN_A_ZIP


def test_macros_are_found_in_a_list_that_is_written_in_another_encoding() -> None:
    listed = types('<Override PartName="/n.xml" ContentType="application/vnd.ms-office.vbaProject"/>').encode("utf-16")
    assert b"vbaProject" not in listed
    with pytest.raises(Refused, match="without macros"):
        content_type_of(archive({"word/document.xml": "<document/>", "[Content_Types].xml": listed}))


@pytest.mark.parametrize("kind", ["attachedTemplate", "ATTACHEDTEMPLATE", "frame", "oleObject", "subDocument"])
@pytest.mark.parametrize("target", ["https://evil.example/t.dotm", "file://evil.example/share/t.dotx"])
def test_what_is_loaded_from_outside_the_file_is_refused(kind: str, target: str) -> None:
    parts = {"word/_rels/settings.xml.rels": relations(f"{OFFICE}/{kind}", target, "External")}
    with pytest.raises(Refused, match="uses a template or content from another file"):
        content_type_of(docx(**parts))


@pytest.mark.parametrize(
    ("kind", "target", "mode"),
    [
        ("hyperlink", "https://www.gov.uk/", "External"),
        ("externalLinkPath", "results.xlsx", "External"),
        ("oleObject", "embeddings/oleObject1.bin", ""),
        ("image", "media/image1.png", "Internal"),
    ],
)
def test_a_link_and_what_the_file_itself_holds_are_taken(kind: str, target: str, mode: str) -> None:
    parts = {"word/_rels/document.xml.rels": relations(f"{OFFICE}/{kind}", target, mode)}
    assert content_type_of(docx(**parts)) == WORD


BROKEN_LISTS = {
    "no text": b"\xff\xfe\xfd",
    "not closed": b"<Types>",
    "entities": b'<!DOCTYPE T [<!ENTITY a "vba">]><Types><Override ContentType="&a;Project"/></Types>',
    "an entity that grows": b'<!DOCTYPE T [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Types>&b;</Types>',
    "a file from elsewhere": b'<!DOCTYPE T SYSTEM "file:///etc/passwd"><Types/>',
}


@pytest.mark.parametrize("broken", BROKEN_LISTS.values(), ids=BROKEN_LISTS)
def test_a_list_of_content_types_that_is_no_such_list_is_damaged(broken: bytes) -> None:
    with pytest.raises(Refused, match=r"^The file is damaged, so we cannot open it\.$"):
        content_type_of(archive({"word/document.xml": "<document/>", "[Content_Types].xml": broken}))


def test_two_parts_of_one_name_are_damage() -> None:
    """Readers differ in which of them they take."""
    made = io.BytesIO(docx())
    with zipfile.ZipFile(made, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("[Content_Types].xml", types())
    for content in (made.getvalue(), docx(**{"WORD/Document.xml": "<document/>"})):
        with pytest.raises(Refused, match="is damaged"):
            content_type_of(content)


def test_a_part_that_is_locked_with_a_password_is_damage() -> None:
    content = bytearray(docx())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    with pytest.raises(Refused, match="is damaged"):
        content_type_of(bytes(content))


def test_names_that_lead_out_of_an_archive_are_only_names() -> None:
    assert content_type_of(docx(**{"../../../etc/passwd": "root", "/etc/shadow": "root"})) == WORD


def test_an_archive_is_judged_without_unpacking_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of a few kilobytes that unpacks to gigabytes costs nothing: only types and relations are read."""
    unpacked: list[str] = []
    read = zipfile.ZipFile.read

    def noted(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
        unpacked.append(part.filename)
        return read(archive, part)

    bomb = docx(**{"word/media/bomb.xml": "0" * 20_000_000})
    assert len(bomb) < 100_000
    monkeypatch.setattr(zipfile.ZipFile, "read", noted)
    assert content_type_of(bomb) == WORD
    assert unpacked == ["[Content_Types].xml", "_rels/.rels"]


@pytest.mark.parametrize(
    "more",
    [
        {f"word/media/{number}.xml": "0" * 60_000_000 for number in range(4)},
        {str(n): "" for n in range(MOST_PARTS)},
        {"word/media/1.xml": "0" * (LARGEST_PART + 1)},
        {"word/_rels/document.xml.rels": f"<Relationships>{' ' * LARGEST_READ}</Relationships>"},
    ],
    ids=["far too large", "far too many parts", "one part far too large", "far too many relations"],
)
def test_a_file_that_unpacks_to_far_more_than_it_is_is_refused(more: dict[str, str]) -> None:
    bomb = docx(**more)
    assert len(bomb) < LARGEST
    with pytest.raises(Refused, match="it contains far more than its size"):
        content_type_of(bomb)


def test_half_a_document_is_said_to_be_damaged() -> None:
    with pytest.raises(Refused, match=r"^The file is damaged, so we cannot open it\.$"):
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
    with pytest.raises(Refused, match=r"^The file is damaged, so we cannot open it\.$"):
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

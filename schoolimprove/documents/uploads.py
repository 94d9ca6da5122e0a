"""Which files may be attached: by content, never by name (design, Jobs, files, mail)."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Container
from typing import Any
from xml.parsers import expat

import puremagic

LARGEST = 10 * 1024 * 1024
TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jfif": "image/jpeg",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

LARGEST_UNPACKED = 200 * 1024 * 1024
LARGEST_PART = 100 * 1024 * 1024
MOST_PARTS = 5_000
"""Of a Word or Excel file, whose readers unpack it: more is a trap for them."""
LARGEST_READ = 5 * 1024 * 1024
"""Of the parts that we read ourselves: the list of content types, and the relations between parts."""
CONTENT_TYPES = "[content_types].xml"
MAIN_PARTS = {f"{TYPES[extension]}.main+xml": TYPES[extension] for extension in (".docx", ".xlsx")}
"""Content type of the part that a Word or Excel file without macros is built around → media type of the file."""
MACROS = re.compile("macro|vba|activex|attachedtoolbars", re.IGNORECASE)
"""In the content type or the relation of a part that runs something when the file is opened, or brings what does."""
LOADED = {
    *("afchunk", "attachedtemplate", "control", "frame", "oleobject", "package", "subdocument"),
    *("image", "audio", "video", "media"),
}
"""Relations that Word and Excel follow without asking, and run or show what they find. A link waits for a person."""
MACRO_FILE = "vbaproject.bin"
WITH_MACROS = "The file must be a PDF, Word document, Excel workbook, PNG or JPEG, without macros."
DAMAGED = "The file is damaged, so we cannot open it."
FROM_OUTSIDE = "The file uses a template or content from another file. Save it as a PDF and attach the PDF."
TOO_LARGE = "We cannot open the file safely, because it contains far more than its size."
_NO_ARCHIVE = (
    zipfile.BadZipFile,
    NotImplementedError,
    ValueError,
    OverflowError,
    struct.error,
    zlib.error,
    EOFError,
    RuntimeError,
    OSError,
    lzma.LZMAError,
    expat.ExpatError,
)
"""What is raised on damage: a version or a name that no archive has, an encrypted part, and much else."""


class Refused(ValueError):
    """The file may not be attached; the message says why in a sentence."""


def content_type_of(content: bytes) -> str:
    """The media type of an acceptable file; `Refused` for anything else."""
    if not content:
        raise Refused("The file is empty.")
    if len(content) > LARGEST:
        raise Refused("The file is larger than 10 MB.")
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    try:
        extension = puremagic.from_string(content)
    except puremagic.PureError:
        extension = ""
    if extension not in TYPES:
        raise Refused("The file must be a PDF, Word document, Excel workbook, PNG or JPEG.")
    return TYPES[extension]


def _office_type(content: bytes) -> str:
    """Return the type of a Word or Excel file: a zip archive, whose list of content types says what each part is.

    A part that does harm may have any name, so that list and the relations between parts decide. No other part is
    unpacked.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
        sizes = [part.file_size for part in parts]
        if len(parts) > MOST_PARTS or sum(sizes) > LARGEST_UNPACKED or max(sizes, default=0) > LARGEST_PART:
            raise Refused(TOO_LARGE)
        by_name = {part.filename.replace("\\", "/").lstrip("/").casefold(): part for part in parts}
        if len(by_name) < len(parts):
            # Readers differ in which of two they take: we might judge the one and they open the other.
            raise Refused(DAMAGED)
        if CONTENT_TYPES not in by_name or any(name.endswith(MACRO_FILE) for name in by_name):
            raise Refused(WITH_MACROS)
        relations = [part for name, part in by_name.items() if name.endswith(".rels")]
        if sum(part.file_size for part in [by_name[CONTENT_TYPES], *relations]) > LARGEST_READ:
            raise Refused(TOO_LARGE)
        media_type = _media_type(archive.read(by_name[CONTENT_TYPES]), by_name)
        for part in relations:
            _for_each_element(archive.read(part), _require_harmless)
    except _NO_ARCHIVE as error:
        raise error if isinstance(error, Refused) else Refused(DAMAGED) from error
    return media_type


Attributes = dict[str, str]


def _for_each_element(content: bytes, look: Callable[[Attributes], None]) -> None:
    """Call `look` with the attributes of each element."""

    def refuse(*_declared: Any) -> None:
        # The format allows no declarations, and an entity could hide a name or unpack without end.
        raise Refused(DAMAGED)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda _name, attributes: look(attributes)
    parser.Parse(content, True)


def _media_type(content_types: bytes, names: Container[str]) -> str:
    """Return the file's type by the content types of its parts."""
    found: list[str] = []

    def look(attributes: Attributes) -> None:
        content_type = attributes.get("ContentType", "").strip().casefold()
        if MACROS.search(content_type):
            raise Refused(WITH_MACROS)
        if content_type in MAIN_PARTS and attributes.get("PartName", "").lstrip("/").casefold() in names:
            found.append(MAIN_PARTS[content_type])

    _for_each_element(content_types, look)
    if not found:
        raise Refused(WITH_MACROS)
    return found[0]


def _require_harmless(relation: Attributes) -> None:
    """Raise `Refused` for a relation that brings macros, or loads a template or anything else from outside the file."""
    kind = relation.get("Type", "").strip().rpartition("/")[2].casefold()
    if MACROS.search(kind) or relation.get("Target", "").casefold().endswith(MACRO_FILE):
        raise Refused(WITH_MACROS)
    if kind in LOADED and relation.get("TargetMode", "").casefold() == "external":
        raise Refused(FROM_OUTSIDE)

"""Which files may be attached: by content, never by name (design, Jobs, files, mail)."""

import io
import struct
import zipfile

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
MOST_PARTS = 5_000
"""Of a Word or Excel file, whose readers unpack it: more is a trap for them."""
_NO_ARCHIVE = (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error)
"""What `zipfile` raises on a damaged list of parts: a version or a name that no archive has, among others."""


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
    """Word and Excel files are zip archives, told apart by the part they hold."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except _NO_ARCHIVE as error:
        raise Refused("The file is damaged and cannot be opened.") from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Refused("The file holds far more than its size, and cannot be opened safely.")
    names = {part.filename for part in parts}
    for part, extension in (("word/document.xml", ".docx"), ("xl/workbook.xml", ".xlsx")):
        if part in names and not any(name.lower().endswith("vbaproject.bin") for name in names):
            return TYPES[extension]
    raise Refused("The file must be a PDF, Word document, Excel workbook, PNG or JPEG, without macros.")

"""The files' half of a backup: everything under BLOB_ROOT that is named by its hash."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Copied:
    """`size` in bytes."""

    files: int
    size: int


def copy(root: Path, to: Path) -> Copied:
    """Into a folder of the same shape. Kept files never change, so that the service may go on meanwhile."""
    to.mkdir(parents=True, exist_ok=True)
    found = list(kept(root))
    for path in found:
        copied = to / path.relative_to(root)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copied)
    return Copied(len(found), sum(path.stat().st_size for path in found))


def kept(root: Path) -> Iterator[Path]:
    """Those that are whole: while one is written it has another name."""
    return (path for path in sorted(root.rglob("*")) if _HASH.fullmatch(path.name) and path.is_file())


def wrong_with(root: Path, digest: str, size: int) -> str:
    """What is wrong with the file of this row under `root`, as a sentence; empty when it is what was stored."""
    path = root / digest[:2] / digest[2:4] / digest
    if not path.is_file():
        return f"The file {digest} is missing."
    if path.stat().st_size != size or digest_of(path) != digest:
        return f"The file {digest} is not what was stored."
    return ""


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""The place of a virus scanner: whoever has one registers it, and every file that is brought goes past it."""

import hashlib
from collections.abc import Callable

from schoolimprove.documents.models import Blob, BlobScan, ScanState
from schoolimprove.documents.uploads import Refused

Scanner = Callable[[bytes], tuple[ScanState, str]]
"""Takes the content; says whether it is clean or infected, and what was found."""
_LONGEST = 200
_scanner: Scanner | None = None


def register_scanner(scanner: Scanner | None) -> None:
    """Called once by the composition root, such as with a client of ClamAV; None takes it away again."""
    global _scanner
    _scanner = scanner


def has_scanner() -> bool:
    return _scanner is not None


def scan(content: bytes) -> tuple[ScanState, str]:
    """What the scanner says; without one, that nobody looked. `Refused` for what is infected."""
    if _scanner is None:
        return ScanState.NOT_SCANNED, ""
    state, detail = _scanner(content)
    if state == ScanState.INFECTED:
        # The same file may have been kept before anybody looked: from now on it is not served.
        for blob in Blob.objects.filter(sha256=hashlib.sha256(content).hexdigest()):
            keep_scan(blob, state, detail)
        raise Refused("The file has a virus, so we did not save it. Check the computer it came from.")
    return state, detail[:_LONGEST]


def keep_scan(blob: Blob, state: ScanState, detail: str = "") -> None:
    """Remember what a scanner said of a kept file; that nobody looked is remembered by there being no row."""
    if state != ScanState.NOT_SCANNED:
        BlobScan.objects.create(blob=blob, state=state, detail=detail[:_LONGEST])


def state_of(blob: Blob) -> ScanState:
    """The newest word on a file."""
    newest = blob.scans.order_by("-at", "-pk").values_list("state", flat=True).first()
    return ScanState(newest) if newest else ScanState.NOT_SCANNED


def newest_states(digests: set[str]) -> dict[str, ScanState]:
    """The newest word on each of several files, in one query; those nobody looked at are not in it."""
    rows = BlobScan.objects.filter(blob__in=digests).order_by("at", "pk").values_list("blob", "state")
    return {digest: ScanState(state) for digest, state in rows}

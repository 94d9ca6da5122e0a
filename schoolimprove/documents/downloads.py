"""Files given out: always to be saved, never to be drawn on our own address."""

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from .models import Blob, BlobDamaged

_log = logging.getLogger(__name__)


def served(request: HttpRequest, blob: Blob, name: str, *, back: str) -> HttpResponse:
    """Return the whole file, verified, or go back with a sentence: never a part of it."""
    try:
        return download(blob.read(), name, blob.content_type)
    except (BlobDamaged, OSError):
        _log.exception("%s cannot be given out at %s", name, back)
        messages.error(
            request,
            f"You cannot download {name} because our copy is missing or damaged. "
            "Tell your system administrator, who can restore it from the backup.",
        )
        return redirect(back)


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "Content-Security-Policy": "sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )

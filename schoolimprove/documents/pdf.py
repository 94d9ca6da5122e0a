"""Pages of HTML as accessible PDF (PDF/UA-1): the same template and context are the same bytes, whenever they are made.

Templates extend `documents/pdf.html`. WeasyPrint needs Pango of the system and is imported when the first PDF is made,
so that the service starts without it.
"""

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core import checks
from django.template.loader import render_to_string

from .tags import finish

VARIANT = "pdf/ua-1"
CONTENT_TYPE = "application/pdf"
LIBRARIES = ("libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation fonts-dejavu-core"


class PdfUnavailable(RuntimeError):
    """This machine cannot make PDFs; the message says what to install."""


@dataclass(frozen=True)
class Pdf:
    content: bytes
    pages: int


def render(template: str, context: Mapping[str, Any], *, title: str, lang: str, made_at: datetime) -> Pdf:
    """`title` and `lang` become the document's own; `made_at` is the date it bears, never that of the clock.

    Nothing is fetched while it is drawn: no address and no file, only what the page itself holds as data.
    """
    made = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    html = render_to_string(template, {**context, "title": title, "lang": lang, "made": made})
    weasyprint = _weasyprint()
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    # Hints: an item of a list keeps the number it is given.
    source = weasyprint.HTML(string=html, url_fetcher=fetcher)
    document = source.render(pdf_variant=VARIANT, presentational_hints=True)
    content = document.write_pdf(finisher=finish, pdf_variant=VARIANT, pdf_identifier=True)
    return Pdf(content, len(document.pages))


def pango_is_there(**_of: Any) -> list[checks.CheckMessage]:
    """A check of Django: a machine that cannot make PDFs is told so when it starts, and starts all the same."""
    try:
        for library in LIBRARIES:
            ctypes.CDLL(library)
    except OSError as error:
        remedy = f"Install Pango and its fonts (on Debian: apt-get install {PACKAGES})."
        return [checks.Warning(f"This machine cannot create PDFs: {error}", hint=remedy, id="documents.W001")]
    return []


def _weasyprint() -> Any:
    try:
        import weasyprint
        import weasyprint.urls
    except OSError as error:
        raise PdfUnavailable(
            f"This machine cannot create PDFs: {error.args[0] if error.args else error} "
            f"Install Pango and its fonts (on Debian: apt-get install {PACKAGES})."
        ) from error
    return weasyprint

"""Which characters a PDF can show with the fonts of this machine: Pango is asked, which draws them."""

import ctypes
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from threading import Lock

FONTS = ("Liberation Sans", "DejaVu Sans", "sans-serif")
"""The fonts of `documents/pdf.html`; for what they lack Pango looks in the others that are installed."""
MOST = 10
"""Characters that are named at most."""
_ONE_AT_A_TIME = Lock()


def unprintable(text: str) -> list[str]:
    """Return the characters of a text that a PDF would show as empty boxes, each once; none where Pango is missing."""
    found = [
        each for each in dict.fromkeys(text) if not each.isascii() and _leaves_a_mark(each) and not _is_known(each)
    ]
    return found[:MOST]


def _leaves_a_mark(character: str) -> bool:
    """Return whether it is drawn by itself: not a space, an invisible one, or one that changes the one before it."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Mn", "Me", "Sk", "Zs", "Zl", "Zp")


@lru_cache(maxsize=4096)
def _is_known(character: str) -> bool:
    try:
        with _ONE_AT_A_TIME:
            return _count_unknown()(character.encode()) == 0
    except OSError:
        return True


@cache
def _count_unknown() -> Callable[[bytes], int]:
    """Return a function that counts the glyphs of a UTF-8 text that no font has; raise `OSError` without Pango."""
    pango, freetype = ctypes.CDLL("libpango-1.0.so.0"), ctypes.CDLL("libpangoft2-1.0.so.0")
    for name in ("pango_font_map_create_context", "pango_layout_new", "pango_font_description_from_string"):
        getattr(pango, name).restype = ctypes.c_void_p
    freetype.pango_ft2_font_map_new.restype = ctypes.c_void_p

    def pointer(address: int) -> ctypes.c_void_p:
        return ctypes.c_void_p(address)

    # These live as long as the process.
    fonts = pointer(freetype.pango_ft2_font_map_new())
    layout = pointer(pango.pango_layout_new(pointer(pango.pango_font_map_create_context(fonts))))
    description = pango.pango_font_description_from_string(f"{','.join(FONTS)} 10".encode())
    pango.pango_layout_set_font_description(layout, pointer(description))

    def count(text: bytes) -> int:
        pango.pango_layout_set_text(layout, text, len(text))
        return int(pango.pango_layout_get_unknown_glyphs_count(layout))

    return count

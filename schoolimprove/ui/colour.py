"""The authority's colour: readable under white text, and served as a stylesheet because it is data."""

import re

from django.core.exceptions import ValidationError

LEAST_CONTRAST = 4.5
"""WCAG 2.2 AA, text of normal size."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours `#rrggbb`, 1 to 21 (WCAG relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def contrast_with_white(colour: str) -> float:
    """The contrast ratio of `#rrggbb` with white, 1 to 21."""
    return contrast(colour, "#ffffff")


def _channels(colour: str) -> tuple[int, int, int]:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"{colour!r} is not a colour written as #rrggbb.")
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def validate_contrast(colour: str) -> None:
    """Refuse what is no colour, and a colour on which white text cannot be read."""
    try:
        ratio = contrast_with_white(colour)
    except ValueError as error:
        raise ValidationError("Enter the colour as a hash and six digits or letters, like #1f4e79.") from error
    if ratio < LEAST_CONTRAST:
        raise ValidationError(
            f"White text on {colour} has a contrast of {ratio:.1f} to 1. Enter a darker colour, at least 4.5 to 1."
        )


def tint(colour: str, share: float) -> str:
    """The colour mixed with white, `share` of it (0 to 1) being the colour."""
    return "#" + bytes(round(255 - (255 - channel) * share) for channel in _channels(colour)).hex()


def authority_css(colour: str) -> str:
    """The stylesheet that carries the colour to the layouts; the tints are light enough for any text of ours."""
    pale, line = tint(colour, 0.05), tint(colour, 0.5)
    properties = {
        "--authority-colour": colour,
        "--authority-tint": pale,
        "--authority-border": line,
        "--govuk-brand-colour": colour,
        "--govuk-template-background-colour": pale,
        "--govuk-surface-background-colour": pale,
        "--govuk-surface-border-colour": line,
    }
    lines = "".join(f"  {name}: {value};\n" for name, value in properties.items())
    return f":root {{\n{lines}}}\n"

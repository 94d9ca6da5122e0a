"""The authority's colour: readable under white text, and served as a stylesheet because it is data."""

from django.core.exceptions import ValidationError

LEAST_CONTRAST = 4.5
"""WCAG 2.2 AA, text of normal size."""


def contrast_with_white(colour: str) -> float:
    """The contrast ratio of `#rrggbb` with white, 1 to 21 (WCAG relative luminance)."""
    return 1.05 / (_luminance(colour) + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def validate_contrast(colour: str) -> None:
    """Refuse a colour on which white text cannot be read."""
    ratio = contrast_with_white(colour)
    if ratio < LEAST_CONTRAST:
        raise ValidationError(
            f"White text on {colour} has a contrast of {ratio:.1f} to 1. Choose a darker colour, at least 4.5 to 1."
        )


def authority_css(colour: str) -> str:
    """The stylesheet that carries the colour to the layouts."""
    return f":root {{ --authority-colour: {colour}; }}\n"

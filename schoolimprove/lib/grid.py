"""References of the Ordnance Survey National Grid."""

SQUARE = 100_000
"""Metres along a side of a square of two letters."""
COLUMNS, ROWS = 7, 13
"""Squares from the grid's origin, south-west of the Isles of Scilly, to its edges."""
LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
"""Without I: five rows of five, from the north-west."""


def grid_reference(easting: int, northing: int) -> str:
    """`SU 372 155`, to a hundred metres; empty for a place that is not on the grid."""
    column, east = divmod(easting, SQUARE)
    row, north = divmod(northing, SQUARE)
    if not (0 <= column < COLUMNS and 0 <= row < ROWS):
        return ""
    # The grid's origin is the south-west corner of square SV.
    wide = LETTERS[17 - row // 5 * 5 + column // 5]
    narrow = LETTERS[(4 - row % 5) * 5 + column % 5]
    return f"{wide}{narrow} {east // 100:03d} {north // 100:03d}"

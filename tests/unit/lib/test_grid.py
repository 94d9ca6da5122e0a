"""Eastings and northings as Ordnance Survey grid references; the examples are printed on its maps."""

import pytest

from schoolimprove.lib.grid import grid_reference


@pytest.mark.parametrize(
    ("place", "easting", "northing", "reference"),
    [
        ("Southampton", 437_293, 115_561, "SU 372 155"),
        ("Caister", 651_409, 313_177, "TG 514 131"),
        ("Trafalgar Square", 530_034, 180_381, "TQ 300 803"),
        ("Ben Nevis", 216_650, 771_250, "NN 166 712"),
        ("Stafford", 392_345, 323_456, "SJ 923 234"),
        ("Shetland", 450_000, 1_140_000, "HU 500 400"),
        ("the origin", 0, 0, "SV 000 000"),
        ("east of the grid", 700_000, 0, ""),
        ("north of the grid", 0, 1_300_000, ""),
    ],
)
def test_a_place_has_its_reference(place: str, easting: int, northing: int, reference: str) -> None:
    assert grid_reference(easting, northing) == reference, place

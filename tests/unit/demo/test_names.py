"""People and places are invented."""

from itertools import islice
from pathlib import Path
from random import Random

import pytest

from schoolimprove.accounts.roles import Role
from schoolimprove.demo import places, signins
from schoolimprove.demo.names import address_of, dealt
from schoolimprove.lib.search import search_key


def luck(seed: int) -> Random:
    return Random(seed)  # noqa: S311


def test_nobody_is_met_twice_and_everybody_has_an_address_of_their_own() -> None:
    names = list(islice(dealt(luck(1)), 400))
    assert len(set(names)) == len({address_of(name) for name in names}) == 400


def test_a_seed_deals_the_same_names_again_and_another_seed_others() -> None:
    first, again, other = (list(islice(dealt(luck(seed)), 50)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_addresses_are_plain_and_lead_nowhere() -> None:
    assert address_of("Wei-Ling Obi") == "wei.ling.obi@invented.example"
    assert address_of("Zofia Wójcik") == "zofia.wojcik@invented.example"


def test_every_role_has_one_listed_address() -> None:
    listed = signins.listed()
    assert len(listed) == len(Role) + 2
    assert signins.address(Role.HEAD_OF_SERVICE) == "head-of-service@invented.example"


OF_GIAS = (
    "edubase_2023-11_LA351_25cols_cp1252.csv",
    "edubase_2023-11_LA821_25cols_cp1252.csv",
    "edubasealldata_sample_139cols.csv",
    "establishment-types.csv",
    "gias_export_2021-05_LA936.csv",
    "links_edubasealldata20230421.csv",
)


@pytest.mark.shared
def test_no_place_is_on_the_map(shared_data: Path) -> None:
    texts = [(shared_data / "data" / "gias" / name).read_text("cp1252", errors="replace") for name in OF_GIAS]
    real = {word for text in texts for word in search_key(text).split()}
    invented = {district.name for district in places.DISTRICTS} | {places.COUNTY}
    invented |= {place.name.split()[0] for place in places.SCHOOLS} - GENERIC
    assert {name for name in invented if search_key(name) in real} == set()


GENERIC = {"Our", "St", "The", "Holy", "Priory", "Castle", "Beacon", "Harbour", "Fen", "Garth"}
"""First words of schools' names that are found all over the country."""

"""In which order a group takes the schools of a round, and which it may confirm together (domain 4.3). No database."""

from dataclasses import dataclass
from enum import IntEnum


class Place(IntEnum):
    """Why a school comes where it does on the agenda, the most to talk about first."""

    DISPUTED = 1
    CHANGED = 2
    OFSTED_DIFFERS = 3
    CAUSE_OF_CONCERN = 4
    OTHERS = 5


PLACE_LABELS = {
    Place.DISPUTED: "The school disagrees",
    Place.CHANGED: "A change is recommended",
    Place.OFSTED_DIFFERS: "Ofsted’s grade differs",
    Place.CAUSE_OF_CONCERN: "Causes of concern",
    Place.OTHERS: "No change recommended",
}


@dataclass(frozen=True)
class Standpoint:
    """What is known of a school before the meeting. `current` is its category; empty where it has none yet."""

    recommended: str
    current: str
    is_disputed: bool = False
    differs_from_ofsted: bool = False
    has_causes: bool = False


def place_of(school: Standpoint) -> Place:
    """Return where a school comes: the first of the reasons that it has."""
    if school.is_disputed:
        return Place.DISPUTED
    if school.recommended != school.current:
        return Place.CHANGED
    if school.differs_from_ofsted:
        return Place.OFSTED_DIFFERS
    return Place.CAUSE_OF_CONCERN if school.has_causes else Place.OTHERS


def may_be_confirmed_together(school: Standpoint) -> bool:
    """Return whether there is nothing to talk about: the same category as now, and no one has said anything else."""
    return place_of(school) is Place.OTHERS

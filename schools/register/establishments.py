"""GIAS establishment types, and what the authority owes each of them."""

from collections.abc import Collection
from enum import StrEnum


class Service(StrEnum):
    ENTITLED = "entitled"
    BY_INVITATION = "by invitation"
    REGISTER_ONLY = "register only"


TYPES: dict[str, str] = {
    "01": "Community school",
    "02": "Voluntary aided school",
    "03": "Voluntary controlled school",
    "05": "Foundation school",
    "06": "City technology college",
    "07": "Community special school",
    "08": "Non-maintained special school",
    "10": "Other independent special school",
    "11": "Other independent school",
    "12": "Foundation special school",
    "14": "Pupil referral unit",
    "15": "Local authority nursery school",
    "18": "Further education",
    "24": "Secure units",
    "25": "Offshore schools",
    "26": "Service children's education",
    "27": "Miscellaneous",
    "28": "Academy sponsor led",
    "29": "Higher education institutions",
    "30": "Welsh establishment",
    "31": "Sixth form centres",
    "32": "Special post 16 institution",
    "33": "Academy special sponsor led",
    "34": "Academy converter",
    "35": "Free schools",
    "36": "Free schools special",
    "37": "British schools overseas",
    "38": "Free schools alternative provision",
    "39": "Free schools 16 to 19",
    "40": "University technical college",
    "41": "Studio schools",
    "42": "Academy alternative provision converter",
    "43": "Academy alternative provision sponsor led",
    "44": "Academy special converter",
    "45": "Academy 16-19 converter",
    "46": "Academy 16 to 19 sponsor led",
    "47": "Children's centre",
    "48": "Children's centre linked site",
    "49": "Online provider",
    "56": "Institution funded by other government department",
    "57": "Academy secure 16 to 19",
}
"""Code → name of every establishment type GIAS knows."""

_CODES = {name.casefold(): code for code, name in TYPES.items()}


def type_code(name: str) -> str:
    """The code of a type by its name; empty for a name GIAS does not list."""
    return _CODES.get(name.strip().casefold(), "")


def name_of_type(code: str) -> str:
    """A code with the name of its type, as people read it."""
    return f"{code} {TYPES[code]}" if code in TYPES else code


def service_of(code: str, *, entitled: Collection[str], by_invitation: Collection[str]) -> Service:
    """Maintained schools and PRUs are entitled, academies and free schools by invitation (design, Policy)."""
    if code in entitled:
        return Service.ENTITLED
    return Service.BY_INVITATION if code in by_invitation else Service.REGISTER_ONLY

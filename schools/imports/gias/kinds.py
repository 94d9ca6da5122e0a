"""Kinds of file that GIAS publishes, told apart by their columns."""

from collections.abc import Sequence

from schools.imports.core.csv_files import Unusable
from schools.imports.core.outcome import ESTABLISHMENTS

LINKS, TYPES = "links", "types"
_TELL_TALE = {
    LINKS: ("LinkURN",),
    TYPES: ("type-of-establishment-code",),
    ESTABLISHMENTS: ("LA (code)", "EstablishmentName"),
}
"""Kind → columns of which one is enough, in the order they are looked for."""


def kind_of(header: Sequence[str], file_name: str = "The file") -> str:
    """What a file holds; `Unusable` where it is nothing of GIAS. Case and order of the columns do not matter."""
    columns = {name.strip().casefold() for name in header}
    for kind, tell_tale in _TELL_TALE.items():
        if any(name.casefold() in columns for name in tell_tale):
            return kind
    raise Unusable(
        f"{file_name} is not a file of GIAS: it has none of the columns that tell establishments (LA (code),"
        " EstablishmentName), links (LinkURN) and types (type-of-establishment-code) apart."
    )

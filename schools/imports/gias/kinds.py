"""Kinds of file that GIAS publishes, told apart by their columns, and plain lists of schools."""

from collections.abc import Sequence

from schools.imports.core.cells import shown
from schools.imports.core.csv_files import SCHOOLS, Unusable, meant_for
from schools.imports.core.outcome import ESTABLISHMENTS
from schools.imports.gias import plain

LINKS, TYPES = "links", "types"
_NAMED = 5
_TELL_TALE = {
    LINKS: ("LinkURN",),
    TYPES: ("type-of-establishment-code",),
    ESTABLISHMENTS: ("LA (code)", "EstablishmentName"),
}
"""Kind → columns of which one is enough, in the order they are looked for."""


def kind_of(header: Sequence[str], file_name: str = "The file") -> str:
    """What a file holds; `Unusable` where it is no list of schools. Case and order of the columns do not matter."""
    columns = {name.strip().casefold() for name in header}
    for kind, tell_tale in _TELL_TALE.items():
        if any(name.casefold() in columns for name in tell_tale):
            return kind
    if other := meant_for(header, besides=SCHOOLS):
        raise Unusable(f"{file_name} is not a list of schools.{other}")
    if plain.is_plain(header):
        return ESTABLISHMENTS
    raise Unusable(
        f"{file_name} is not a list of schools. A file from GIAS has columns such as LA (code), EstablishmentName or "
        "LinkURN. Your own list of schools needs the columns URN and Name, and most of its other columns must be in "
        "our template."
        f"{_begins(header)} Download the template to see the columns we read."
    )


def is_of_gias(header: Sequence[str]) -> bool:
    """Whether a list of schools has the columns of GIAS, and is not a plain one."""
    columns = {name.strip().casefold() for name in header}
    return any(name.casefold() in columns for name in _TELL_TALE[ESTABLISHMENTS])


def _begins(header: Sequence[str]) -> str:
    names = [shown(name) for name in header if name][:_NAMED]
    return f" Its columns begin {', '.join(names)}." if names else ""

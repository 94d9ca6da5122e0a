"""The layout of GIAS, read by the names of its columns: which of our fields each fills, and how.

Column sets drift from year to year, so a column that is absent leaves what is held, and an empty cell clears it. A
cell that cannot be read leaves what is held too, and is reported; it never costs the row its other cells.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from schools.establishments import TYPES, type_code
from schools.imports.cells import Unreadable, day, required, shown, text_of, tidy, whole_up_to, words_of
from schools.imports.files import Record, Unusable

KIND = "establishments"
URN, LA_CODE, LA_NAME, NAME = "URN", "LA (code)", "LA (name)", "EstablishmentName"
SMALL, LARGE = 32_767, 2_147_483_647
_LONGEST_AUTHORITY_NAME = 100
_OF_OTHER_KINDS = {"LinkURN": "holds links between schools", "type-of-establishment-code": "is a list of types"}


@dataclass(frozen=True)
class Part:
    """A piece of a row: from the cells of `columns`, in that order, a value for each of `fields`.

    Of several columns one is enough; `read` is given an empty cell for one that the file does not have. With one
    field `read` returns its value, else a tuple. It is pure, and remembered where files say the same over and over.
    """

    fields: tuple[str, ...]
    columns: tuple[str, ...]
    read: Callable[..., Any]


_remembered = lru_cache(maxsize=4096)


def _one(name: str, column: str, read: Callable[[str], Any]) -> Part:
    return Part((name,), (column,), read)


def _one_of_few(name: str, column: str, read: Callable[[str], Any]) -> Part:
    return Part((name,), (column,), _remembered(read))


def _by_code_or_name(codes: Mapping[str, str], names: Mapping[str, str]) -> Callable[[str, str], str]:
    """Reads what GIAS gives as a code, a name or both; the code goes first. Empty when both cells are."""

    def read(code: str, name: str) -> str:
        digits, word = code.strip(), tidy(name)
        known = codes.get(digits.lstrip("0") or digits[:1], names.get(word.casefold()))
        if known is None and (digits or word):
            raise Unreadable(f"{shown(word or digits)} is not one of the values GIAS gives here.")
        return known or ""

    return read


_PHASES = {
    "Nursery": ("1", "nursery"),
    "Primary": ("2", "primary"),
    "Middle deemed primary": ("3", "middle_deemed_primary"),
    "Secondary": ("4", "secondary"),
    "Middle deemed secondary": ("5", "middle_deemed_secondary"),
    "16 plus": ("6", "16_plus"),
    "All-through": ("7", "all_through"),
    "All through": ("7", "all_through"),
    "Not applicable": ("0", ""),
}
_STATUSES = {
    "Open": ("1", "open"),
    "Closed": ("2", "closed"),
    "Open, but proposed to close": ("3", "closing"),
    "Proposed to open": ("4", "proposed"),
}


def _by_code(words: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    return dict(words.values())


def _by_name(words: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    return {name.casefold(): ours for name, (_, ours) in words.items()}


def _read_status(code: str, name: str) -> str:
    status = _gias_status(code, name)
    if not status:
        raise Unreadable("The cell is empty, and a school cannot be without it.")
    return status


def _read_type(code: str, name: str) -> tuple[str, str]:
    """Code and name of the type: by its code, else by its name."""
    named, coded = _type_name(name), code.strip().zfill(2)
    if coded not in TYPES:
        coded = type_code(named.replace("’", "'"))
    if not coded and (code.strip() or named):
        raise Unreadable(f"{shown(named or tidy(code))} is not a type of establishment of GIAS.")
    return coded, named or TYPES.get(coded, "")


_read_phase = _by_code_or_name(_by_code(_PHASES), _by_name(_PHASES))
_gias_status = _by_code_or_name(_by_code(_STATUSES), _by_name(_STATUSES))
_type_name = text_of(100)

PARTS = (
    _one("name", NAME, required(text_of(200))),
    _one("establishment_number", "EstablishmentNumber", whole_up_to(9999)),
    Part(
        ("type_code", "type_name"),
        ("TypeOfEstablishment (code)", "TypeOfEstablishment (name)"),
        _remembered(_read_type),
    ),
    Part(("phase",), ("PhaseOfEducation (code)", "PhaseOfEducation (name)"), _remembered(_read_phase)),
    Part(("establishment",), ("EstablishmentStatus (code)", "EstablishmentStatus (name)"), _remembered(_read_status)),
    _one_of_few("opened_on", "OpenDate", day),
    _one_of_few("closed_on", "CloseDate", day),
    _one_of_few("district", "DistrictAdministrative (name)", words_of(100)),
    _one_of_few("diocese", "Diocese (name)", words_of(100)),
    _one_of_few("religious_character", "ReligiousCharacter (name)", words_of(100)),
    _one_of_few("trust_name", "Trusts (name)", words_of(200)),
    _one_of_few("federation_name", "Federations (name)", words_of(200)),
    _one_of_few("gender", "Gender (name)", words_of(30)),
    _one_of_few("low_age", "StatutoryLowAge", whole_up_to(SMALL)),
    _one_of_few("high_age", "StatutoryHighAge", whole_up_to(SMALL)),
    _one_of_few("capacity", "SchoolCapacity", whole_up_to(LARGE)),
    _one_of_few("pupils", "NumberOfPupils", whole_up_to(LARGE)),
    _one("street", "Street", text_of(200)),
    _one("locality", "Locality", text_of(200)),
    _one_of_few("address3", "Address3", text_of(200)),
    _one_of_few("town", "Town", text_of(100)),
    _one_of_few("county", "County (name)", words_of(100)),
    _one("postcode", "Postcode", text_of(10)),
    _one("telephone", "TelephoneNum", text_of(40)),
    _one("website", "SchoolWebsite", text_of(300)),
    _one("easting", "Easting", whole_up_to(LARGE)),
    _one("northing", "Northing", whole_up_to(LARGE)),
    _one_of_few("source_changed_on", "LastChangedDate", day),
)
"""Everything we take from a row besides what identifies it. No column that names a person is among them."""

FIELDS = tuple(name for part in PARTS for name in part.fields)


class Problem(Exception):
    """What was not taken from a row, and why. `column` is None when it is about the whole row."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


@dataclass
class Reading:
    """What a row says. `values` has every field that was read; `unread` are those that the file has and we could not
    read, which keep what is held."""

    values: dict[str, Any] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


_ABSENT = -1
"""The position of a column that the file does not have: that of an empty cell put after the others."""


@dataclass(frozen=True)
class _Planned:
    part: Part
    positions: tuple[int, ...]

    @property
    def is_carried(self) -> bool:
        return any(at != _ABSENT for at in self.positions)

    def is_within(self, width: int) -> bool:
        return max(self.positions) < width

    def read(self, cells: Sequence[str], values: dict[str, Any]) -> None:
        part, positions = self.part, self.positions
        got = part.read(*[cells[at] for at in positions]) if len(positions) > 1 else part.read(cells[positions[0]])
        if len(part.fields) > 1:
            values.update(zip(part.fields, got, strict=True))
        else:
            values[part.fields[0]] = got

    def culprit(self, cells: Sequence[str]) -> str:
        """The column to name when the part cannot be read: the first that has something in it."""
        given = [(column, at) for column, at in zip(self.part.columns, self.positions, strict=True) if at != _ABSENT]
        return next((column for column, at in given if cells[at].strip()), given[0][0])


class Layout:
    """How one file is read, worked out once from its header.

    `phases` is our phase by type code, for schools to which GIAS gives none. Raises `Unusable` when the header is
    not that of a list of establishments.
    """

    def __init__(self, header: Sequence[str], file_name: str, *, phases: Mapping[str, str]) -> None:
        self._at = {name.casefold(): at for at, name in reversed(list(enumerate(header)))}
        self._width = len(header)
        self._phases = phases
        _refuse_other_files(header, self._at, file_name)
        planned = (_Planned(part, tuple(map(self._position, part.columns))) for part in PARTS)
        self._plan = [each for each in planned if each.is_carried]
        self.carried = frozenset(name for each in self._plan for name in each.part.fields)

    def _position(self, column: str) -> int:
        return self._at.get(column.casefold(), _ABSENT)

    def la_code(self, record: Record) -> str:
        """The authority's three digits; raises `Problem` when the row has none."""
        code = self._cell(record, LA_CODE)
        if len(code) != 3 or not (code.isascii() and code.isdigit()):
            raise Problem(LA_CODE, f"{shown(code)} is not a local authority's three-digit code.")
        return code

    def urn(self, record: Record) -> int:
        """The URN; raises `Problem` when the row has none."""
        text = self._cell(record, URN)
        if not (5 <= len(text) <= 7 and text.isascii() and text.isdigit() and text[0] != "0"):
            raise Problem(URN, f"{shown(text)} is not a URN of 5 to 7 digits.")
        return int(text)

    def la_name(self, record: Record) -> str:
        """The authority's name, for an authority that is not held yet; empty when it cannot be read."""
        try:
            return tidy(self._cell(record, LA_NAME))[:_LONGEST_AUTHORITY_NAME]
        except Unreadable:
            return ""

    def _cell(self, record: Record, column: str) -> str:
        at = self._position(column)
        return record.cells[at].strip() if at < len(record.cells) and at != _ABSENT else ""

    def read(self, record: Record) -> Reading:
        """Everything but what identifies the row."""
        reading = Reading()
        plan = self._plan if len(record.cells) == self._width else self._plan_for_ragged(record, reading)
        cells = [*record.cells, ""]
        for each in plan:
            try:
                each.read(cells, reading.values)
            except Unreadable as error:
                reading.unread.extend(each.part.fields)
                reading.problems.append(Problem(each.culprit(cells), str(error)))
        self._phase_by_type(reading)
        return reading

    def _plan_for_ragged(self, record: Record, reading: Reading) -> list[_Planned]:
        """A row that is longer than the header is read as far as the header goes, a shorter one as far as it goes."""
        width = len(record.cells)
        if width < self._width or any(cell.strip() for cell in record.cells[self._width :]):
            lengths = f"The row has {width} cells and the header has {self._width}"
            reading.problems.append(Problem(None, f"{lengths}: what has no column, or no cell, was not taken."))
        within = [each for each in self._plan if each.is_within(width)]
        reading.unread.extend(name for each in self._plan if each not in within for name in each.part.fields)
        return within

    def _phase_by_type(self, reading: Reading) -> None:
        """Where GIAS gives no phase: from the type, and where the type is not known, as held."""
        if reading.values.get("phase") == "":
            if "type_code" in reading.values:
                reading.values["phase"] = self._phases.get(reading.values["type_code"], "none")
            else:
                del reading.values["phase"]
                reading.unread.append("phase")


def _refuse_other_files(header: Sequence[str], columns: Mapping[str, int], file_name: str) -> None:
    for column, what in _OF_OTHER_KINDS.items():
        if column.casefold() in columns:
            raise Unusable(f"{file_name} {what}; give a list of establishments from GIAS.")
    missing = [name for name in (URN, LA_CODE, NAME) if name.casefold() not in columns]
    if missing:
        columns_named = "column" if len(missing) == 1 else "columns"
        names = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
        raise Unusable(f"{file_name} is not a list of establishments from GIAS: it lacks the {columns_named} {names}.")
    wanted = {URN, LA_CODE, LA_NAME, *(column for part in PARTS for column in part.columns)}
    counted = Counter(name.casefold() for name in header)
    twice = sorted(name for name in wanted if counted[name.casefold()] > 1)
    if twice:
        raise Unusable(f"{file_name} has the column {twice[0]} more than once, so it is not clear which one holds.")

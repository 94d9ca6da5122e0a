"""The layout of GIAS, read by the names of its columns: which of our fields each fills, and how.

Column sets drift from year to year, so a column that is absent leaves what is held, and an empty cell clears it. A
cell that cannot be read leaves what is held too, and is reported; it never costs the row its other cells.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from schools.imports.core.cells import (
    Unreadable,
    day,
    like,
    plain_like,
    plain_texts,
    plain_wholes,
    required,
    shown,
    text_of,
    tidy,
    whole_up_to,
    words_of,
)
from schools.imports.core.csv_files import Record, Unusable
from schools.imports.gias.whole_columns import ABSENT, Batch, Part, Planned, Problem, Reading
from schools.register.establishments import TYPES

URN, LA_CODE, LA_NAME, NAME = "URN", "LA (code)", "LA (name)", "EstablishmentName"
SMALL, LARGE = 32_767, 2_147_483_647
_LONGEST_AUTHORITY_NAME = 100
_URNS = re.compile(r"[1-9][0-9]{4,6}(,[1-9][0-9]{4,6})*")
_OF_OTHER_KINDS = {"LinkURN": "has links between schools", "type-of-establishment-code": "is a list of types"}


def _text(name: str, column: str, longest: int) -> Part:
    return Part((name,), (column,), text_of(longest), plain_texts(longest))


def _whole(name: str, column: str, largest: int) -> Part:
    return Part((name,), (column,), whole_up_to(largest), plain_wholes(largest))


def _like(name: str, column: str, longest: int, pattern: str, what: str) -> Part:
    looks = re.compile(pattern)
    return Part((name,), (column,), like(longest, looks, what), plain_like(longest, looks))


def _one(name: str, column: str, read: Callable[[str], Any]) -> Part:
    return Part((name,), (column,), read)


def _by_code_or_name(codes: Mapping[str, str], names: Mapping[str, str]) -> Callable[[str, str], str]:
    """Reads what GIAS gives as a code, a name or both; the code goes first. Empty when both cells are."""

    def read(code: str, name: str) -> str:
        digits, word = code.strip(), tidy(name)
        known = codes.get(digits.lstrip("0") or digits[:1], names.get(word.casefold()))
        if known is None and (digits or word):
            raise Unreadable(f"{shown(word or digits)} is not a GIAS value for this column.")
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
_OUR_PHASES = {
    "special": "special",
    "pupil referral unit": "alternative",
    "alternative provision": "alternative",
    "pru or alternative provision": "alternative",
    "no phase": "none",
}
"""How we call phases that GIAS does not have, for plain lists of schools."""
_STATUSES = {
    "Open": ("1", "open"),
    "Closed": ("2", "closed"),
    "Open, but proposed to close": ("3", "closing"),
    "Open, proposed to close": ("3", "closing"),
    "Proposed to open": ("4", "proposed"),
    "De-registered as EY Setting": ("6", "unknown"),
    "Quarantine": ("7", "unknown"),
    "Pending approval": ("8", "unknown"),
    "Rejected opening": ("9", "unknown"),
    "Created in error": ("10", "unknown"),
}
"""Statuses of GIAS → its code and ours. A school whose status says neither open nor closed is not open here."""


def _by_code(words: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    return dict(words.values())


def _by_name(words: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    return {name.casefold(): ours for name, (_, ours) in words.items()}


def _read_status(code: str, name: str) -> str:
    status = _gias_status(code, name)
    if not status:
        raise Unreadable("The cell is empty. Every school needs a value here.")
    return status


def _type_part(types: Mapping[str, str]) -> Part:
    """Code and name of the type: by its code, else by its name. `types` is name by code."""
    codes = {_plain(name): code for code, name in types.items()}

    def read(code: str, name: str) -> tuple[str, str]:
        named, coded = _type_name(name), code.strip().zfill(2)
        if coded not in types:
            coded = codes.get(_plain(named), "")
        if not coded and (code.strip() or named):
            raise Unreadable(f"{shown(named or tidy(code))} is not a GIAS type of establishment.")
        return coded, named or types.get(coded, "")

    columns = ("TypeOfEstablishment (code)", "TypeOfEstablishment (name)")
    return Part(("type_code", "type_name"), columns, read)


def _plain(name: str) -> str:
    return name.strip().casefold().replace("’", "'")


_read_phase = _by_code_or_name(_by_code(_PHASES), _by_name(_PHASES) | _OUR_PHASES)
_gias_status = _by_code_or_name(_by_code(_STATUSES), _by_name(_STATUSES))
_type_name = text_of(100)

PARTS = (
    Part(("name",), (NAME,), required(text_of(200)), plain_texts(200, required=True)),
    _whole("establishment_number", "EstablishmentNumber", 9999),
    _type_part(TYPES),
    Part(("phase",), ("PhaseOfEducation (code)", "PhaseOfEducation (name)"), _read_phase),
    Part(("establishment",), ("EstablishmentStatus (code)", "EstablishmentStatus (name)"), _read_status),
    _one("opened_on", "OpenDate", day),
    _one("closed_on", "CloseDate", day),
    _one("district", "DistrictAdministrative (name)", words_of(100)),
    _one("diocese", "Diocese (name)", words_of(100)),
    _one("religious_character", "ReligiousCharacter (name)", words_of(100)),
    _one("trust_name", "Trusts (name)", words_of(200)),
    _one("federation_name", "Federations (name)", words_of(200)),
    _one("gender", "Gender (name)", words_of(30)),
    _one("low_age", "StatutoryLowAge", whole_up_to(SMALL)),
    _one("high_age", "StatutoryHighAge", whole_up_to(SMALL)),
    _one("capacity", "SchoolCapacity", whole_up_to(LARGE)),
    _one("pupils", "NumberOfPupils", whole_up_to(LARGE)),
    _text("street", "Street", 200),
    _text("locality", "Locality", 200),
    _one("address3", "Address3", text_of(200)),
    _one("town", "Town", text_of(100)),
    _one("county", "County (name)", words_of(100)),
    _like("postcode", "Postcode", 10, r"[A-Za-z0-9 ]*[0-9][A-Za-z0-9 ]*", "a postcode"),
    _like("telephone", "TelephoneNum", 40, r".*[0-9].*", "a telephone number"),
    _like("website", "SchoolWebsite", 300, r"\S*\.\S*", "the address of a website"),
    _whole("easting", "Easting", LARGE),
    _whole("northing", "Northing", LARGE),
    _one("source_changed_on", "LastChangedDate", day),
)
"""Everything we take from a row besides what identifies it. No column that names a person is among them."""
TELLING = frozenset(
    {"establishment_number", "type_code", "phase", "establishment", "opened_on", "closed_on", "low_age", "high_age"}
    | {"capacity", "pupils", "postcode", "telephone", "website", "easting", "northing", "source_changed_on"}
)
"""Fields whose cells cannot be taken for one another's: what can be read there stands where it should."""
OUT_OF_STEP = 2
"""Cells of a ragged row that cannot be read, from which on it is out of step: one may be wrong in itself."""

FIELDS = tuple(name for part in PARTS for name in part.fields)


class Layout:
    """How one file is read, worked out once from its header.

    `phases` is our phase by type code, for schools to which GIAS gives none; `types` are the names of types by code,
    as GIAS's own list has them where that was imported. Raises `Unusable` when the header is
    not that of a list of establishments.
    """

    def __init__(
        self, header: Sequence[str], file_name: str, *, phases: Mapping[str, str], types: Mapping[str, str] = TYPES
    ) -> None:
        self._at = {name.casefold(): at for at, name in reversed(list(enumerate(header)))}
        self._width = len(header)
        self._phases = phases
        _refuse_other_files(header, self._at, file_name)
        parts = (_type_part(types) if "type_code" in part.fields else part for part in PARTS)
        planned = (Planned(part, tuple(map(self._position, part.columns))) for part in parts)
        self._plan = [each for each in planned if each.is_carried]
        self.carried = frozenset(name for each in self._plan for name in each.part.fields)

    def _position(self, column: str) -> int:
        return self._at.get(column.casefold(), ABSENT)

    def urns(self, records: Sequence[Record]) -> list[int | Problem]:
        """Of each record its URN, or why it has none."""
        cells = self._column(records, URN)
        if _URNS.fullmatch(",".join(cells)):
            return list(map(int, cells))
        return [_urn(cell) for cell in cells]

    def la_codes(self, records: Sequence[Record]) -> list[str | Problem]:
        """Of each record the authority's three digits, or why it has none."""
        return _each(_la_code, self._column(records, LA_CODE))

    def la_names(self, records: Sequence[Record]) -> list[str]:
        """The authorities' names, for those that are not held yet; empty where one cannot be read."""
        return _each(_la_name, self._column(records, LA_NAME))

    def _column(self, records: Sequence[Record], column: str) -> list[str]:
        """Cells as they are, empty where a record has none."""
        at = self._position(column)
        if at == ABSENT:
            return [""] * len(records)
        return [record.cells[at] if at < len(record.cells) else "" for record in records]

    def read(self, records: Sequence[Record]) -> Reading:
        """Everything but what identifies the records."""
        reading, batch = Reading(), Batch(records, self._width)
        for at, row in batch.ragged.items():
            self._note_ragged(at, row, reading)
        for each in self._plan:
            each.read(batch, reading)
        for at, row in batch.ragged.items():
            if len({problem.column for problem in reading.problems.get(at, ()) if problem.column}) >= OUT_OF_STEP:
                self._distrust(at, row, reading)
        self._phase_by_type(reading)
        return reading

    def _note_ragged(self, at: int, row: Sequence[str], reading: Reading) -> None:
        """A row that is longer than the header is read as far as the header goes, a shorter one as far as it goes."""
        if len(row) < self._width or any(cell.strip() for cell in row[self._width :]):
            lengths = f"The row has {len(row)} cells and the header has {self._width}"
            reading.note(at, Problem(None, f"{lengths}. We use only the cells that match a column."))
        for each in self._plan:
            if not each.is_within(row):
                reading.leave(at, each.part.fields)

    def _distrust(self, at: int, row: Sequence[str], reading: Reading) -> None:
        """A row that is out of step is taken as far as its cells can be told to stand where they should.

        Behind that a person's name may stand in the place of a website: nothing of it is taken, or quoted.
        """
        unread = set(reading.unread.get(at, ()))
        within = [each for each in self._plan if each.is_within(row)]
        wrong = min(each.last for each in within if unread.intersection(each.part.fields))
        right = [each for each in within if each.last < wrong and each.tells(row) and TELLING & {*each.part.fields}]
        trusted = max((each.last for each in right), default=self._position(URN))
        behind = [each for each in within if each.last > trusted]
        for each in behind:
            reading.leave(at, [name for name in each.part.fields if name not in unread])
            for name in each.part.fields:
                reading.values[name][at] = None
        before = [each for each in reading.problems[at] if not each.column or self._position(each.column) <= trusted]
        sentence = "From here on, the cells are in the wrong columns. We do not use the rest of the row."
        first = min(behind, key=lambda each: each.last).part.columns[-1]
        reading.problems[at] = [*before, Problem(first, sentence)]

    def _phase_by_type(self, reading: Reading) -> None:
        """Where GIAS gives no phase: from the type, and where the type is not known, as held."""
        phases = reading.values.get("phase", [])
        types = reading.values.get("type_code", [None] * len(phases))
        for at, phase in enumerate(phases):
            if phase == "":
                phases[at] = None if types[at] is None else self._phases.get(types[at], "none")
                if types[at] is None:
                    reading.leave(at, ["phase"])


def _urn(cell: str) -> int | Problem:
    text = cell.strip()
    if not (5 <= len(text) <= 7 and text.isascii() and text.isdigit() and text[0] != "0"):
        return Problem(URN, f"{shown(text)} is not a URN of 5 to 7 digits.")
    return int(text)


T = TypeVar("T")


def _each(read: Callable[[str], T], cells: Sequence[str]) -> list[T]:
    """Each different cell read once."""
    said = {cell: read(cell) for cell in set(cells)}
    return list(map(said.__getitem__, cells))


def _la_code(cell: str) -> str | Problem:
    code = cell.strip()
    if len(code) != 3 or not (code.isascii() and code.isdigit()):
        return Problem(LA_CODE, f"{shown(code)} is not a local authority's three-digit code.")
    return code


def _la_name(text: str) -> str:
    try:
        return tidy(text)[:_LONGEST_AUTHORITY_NAME]
    except Unreadable:
        return ""


def _refuse_other_files(header: Sequence[str], columns: Mapping[str, int], file_name: str) -> None:
    for column, what in _OF_OTHER_KINDS.items():
        if column.casefold() in columns:
            raise Unusable(f"{file_name} {what}. Select a list of establishments from GIAS.")
    missing = [name for name in (URN, LA_CODE, NAME) if name.casefold() not in columns]
    if missing:
        columns_named = "column" if len(missing) == 1 else "columns"
        names = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
        raise Unusable(f"{file_name} is not a list of establishments from GIAS: it has no {columns_named} {names}.")
    wanted = {URN, LA_CODE, LA_NAME, *(column for part in PARTS for column in part.columns)}
    counted = Counter(name.casefold() for name in header)
    twice = sorted(name for name in wanted if counted[name.casefold()] > 1)
    if twice:
        raise Unusable(f"{file_name} has the column {twice[0]} more than once. Keep one of them.")

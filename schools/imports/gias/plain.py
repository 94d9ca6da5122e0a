"""A plain list of schools – URN, name, phase – read as a file of GIAS: its headings are given GIAS's names.

The importer of GIAS does the rest. A list without the authority's code is of our own authority; a school that is held
elsewhere stays there.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from schools.imports.core.csv_files import CsvFile, Unusable

URN, NAME, LA_CODE, NUMBER = "URN", "EstablishmentName", "LA (code)", "EstablishmentNumber"
LAESTAB = "LAESTAB"
"""Authority code and establishment number in one cell, which GIAS has in two columns."""


class Heading(NamedTuple):
    """A column of the template: the name GIAS gives it, what else people write, what it holds, and an example."""

    gias: str
    label: str
    others: tuple[str, ...] = ()
    holds: str = ""
    example: str = ""


HEADINGS = (
    Heading(URN, "URN", ("school urn",), "Unique reference number. Required", "900001"),
    Heading(NAME, "Name", ("school", "school name", "establishment name"), "Required", "Example Primary School"),
    Heading(LAESTAB, "LAESTAB", ("dfe number", "la estab"), "Authority and school, such as 999/2001", "999/2001"),
    Heading(
        LA_CODE,
        "LA code",
        ("local authority code", "authority code"),
        "Three digits, only for another authority’s school",
    ),
    Heading(
        "PhaseOfEducation (name)",
        "Phase",
        ("phase of education", "school phase"),
        "Nursery, Primary, Secondary, All-through, 16 plus, Special",
        "Primary",
    ),
    Heading(
        "TypeOfEstablishment (name)",
        "Type",
        ("school type", "type of establishment", "establishment type"),
        "As GIAS calls it, such as Community school",
        "Community school",
    ),
    Heading(
        "EstablishmentStatus (name)", "Status", ("establishment status", "open or closed"), "Open or Closed", "Open"
    ),
    Heading("OpenDate", "Open date", ("opened", "opened on", "opening date"), "Such as 01/09/2020"),
    Heading("CloseDate", "Close date", ("closed", "closed on", "closing date"), "Such as 31/08/2026"),
    Heading("DistrictAdministrative (name)", "District", (), "Only for a school that has no district", "North"),
    Heading("Diocese (name)", "Diocese"),
    Heading("ReligiousCharacter (name)", "Religious character"),
    Heading("Trusts (name)", "Trust", ("trust name", "multi academy trust")),
    Heading("Federations (name)", "Federation", ("federation name",)),
    Heading("Gender (name)", "Gender", (), "Mixed, Boys or Girls"),
    Heading("StatutoryLowAge", "Lowest age", ("low age", "age from")),
    Heading("StatutoryHighAge", "Highest age", ("high age", "age to")),
    Heading("SchoolCapacity", "Capacity"),
    Heading("NumberOfPupils", "Pupils", ("number of pupils", "number on roll", "nor", "roll"), "", "198"),
    Heading("Street", "Street", ("address", "address 1", "address line 1"), "", "1 Church Lane"),
    Heading("Locality", "Locality", ("address 2", "address line 2")),
    Heading("Town", "Town", ("town or city",), "", "Nowhere"),
    Heading("County (name)", "County"),
    Heading("Postcode", "Postcode", ("post code",), "", "ZZ1 1AA"),
    Heading("TelephoneNum", "Telephone", ("phone", "telephone number", "phone number"), "", "01632 960001"),
    Heading("SchoolWebsite", "Website", ("school website", "web site")),
)
"""In the order of the template."""
LA_NAME = Heading("LA (name)", "LA name", ("local authority", "local authority name"))
_KNOWN = {word: each.gias for each in (*HEADINGS, LA_NAME) for word in (each.label.casefold(), *each.others)}
_LABELS = {each.gias: each.label for each in HEADINGS}
_ENOUGH = 3
"""Columns that we know by which a file is a list of schools, when it has others too."""
_LAESTAB = re.compile(r"(?:([0-9]{3})[ /-]?)?([0-9]{4})")


def columns() -> list[tuple[str, str]]:
    """Heading and what it holds, for the page that explains the template."""
    return [(each.label, each.holds) for each in HEADINGS]


def template() -> str:
    """A file to begin with: the columns, and an invented row, which an import leaves out."""
    text = io.StringIO()
    csv.writer(text).writerows([[each.label for each in HEADINGS], _EXAMPLE])
    return text.getvalue()


_EXAMPLE = [each.example for each in HEADINGS]


def is_plain(header: Sequence[str]) -> bool:
    """Whether these are the columns of a plain list of schools: most of them known, URN and name among them."""
    known = [name for name in map(_gias_name, header) if name]
    named = sum(bool(name) for name in header)
    most = len(known) == named or (len(known) >= _ENOUGH and 2 * len(known) >= named)
    return {URN, NAME} <= set(known) and most


def unknown(header: Sequence[str]) -> list[str]:
    """The headings of a plain list that are not read."""
    return [name for name in header if name and not _gias_name(name)]


def read_as_gias(source: CsvFile, *, own_code: str, elsewhere: Mapping[str, str]) -> None:
    """Give a plain list the headings and the cells of a file of GIAS.

    `own_code` is the authority of rows that give none, empty where that is not clear; `elsewhere` are the schools that
    are held of other authorities, URN → code. `Unusable` when a heading stands there twice or no authority is clear.
    """
    written = source.header
    header = [_gias_name(name) or name for name in written]
    for name in {*_KNOWN.values()}:
        twice = [was for was, now in zip(written, header, strict=True) if now == name]
        if len(twice) > 1:
            label = f"{_LABELS.get(name, name)}: {' and '.join(twice)}"
            raise Unusable(f"{source.path.name} has two columns for the same data, {label}. Keep one of them.")
    code_at = header.index(LA_CODE) if LA_CODE in header else None
    if not (code_at is not None or own_code or LAESTAB in header):
        raise Unusable(
            f"{source.path.name} has no column for the authority, so we cannot tell which one you mean. Add a column"
            " called LA code with its 3 digits."
        )
    code_of = _codes(header, own_code, elsewhere)
    added = [name for name in (LA_CODE, NUMBER) if name not in header]
    source.called = {now: was for was, now in zip(written, header, strict=True) if now != was}
    if LAESTAB in header:
        source.called |= dict.fromkeys(added, written[header.index(LAESTAB)])

    def as_gias(cells: list[str]) -> list[str] | None:
        if [*map(str.strip, cells)] == _EXAMPLE:
            return None
        found = dict(zip((LA_CODE, NUMBER), code_of(cells), strict=True))
        if code_at is not None and code_at < len(cells) and not cells[code_at].strip():
            cells[code_at] = found[LA_CODE]
        return [*(found[name] for name in added), *cells]

    source.change_cells([*added, *header], as_gias)


def _codes(
    header: Sequence[str], own_code: str, elsewhere: Mapping[str, str]
) -> Callable[[Sequence[str]], tuple[str, str]]:
    """What a row says of its authority's code and its number, as far as they have no columns of their own."""
    at = {name: header.index(name) for name in (URN, LAESTAB) if name in header}

    def cell(cells: Sequence[str], name: str) -> str:
        return cells[at[name]].strip() if name in at and at[name] < len(cells) else ""

    def code_of(cells: Sequence[str]) -> tuple[str, str]:
        laestab = cell(cells, LAESTAB)
        found = _LAESTAB.fullmatch(laestab)
        code, number = (found[1] or "", found[2]) if found else ("", laestab)
        return code or elsewhere.get(cell(cells, URN), own_code), number

    return code_of


def _gias_name(heading: str) -> str:
    """The name that GIAS gives the column; empty for one that is not known."""
    return _KNOWN.get(" ".join(re.sub(r"[_.:-]", " ", heading).casefold().split()), "")

"""The results as tables for people."""

from collections.abc import Sequence

from benchmarks.imports import AIM, Timed
from benchmarks.measure import Result
from benchmarks.pages import BARE, Reader

HEAD = f"{'page':<20}{'busy ms':>9}{'requests/s':>12}{'elapsed ms':>12}{'of bare':>9}{'aim':>7}{'queries':>9}{'kB':>7}"


def pages(reader: Reader, results: Sequence[Result]) -> str:
    """One reader's table; a missed aim is marked."""
    title = f"{reader.label}, {reader.schools:,} school{'' if reader.schools == 1 else 's'}"
    return "\n".join(["", title, HEAD, *(_line(result) for result in results)])


def _line(result: Result) -> str:
    of_bare = "" if result.page == BARE else f"1/{1 / result.ratio:.1f}"
    aim = f"1/{result.aim}" if result.aim else ""
    return (
        f"{result.page:<20}{result.busy:>9.2f}{1000 / result.busy:>12.0f}{result.elapsed:>12.2f}{of_bare:>9}{aim:>7}"
        f"{result.queries:>9}{result.size / 1000:>7.1f}{'  MISSED' if result.is_missed else ''}"
    )


def imports(timed: Sequence[Timed], peak: int) -> str:
    lines = [_import_line(each) for each in timed]
    return "\n".join(["", f"GIAS import (aim {AIM} × COPY), peak memory of the process {peak} MB", *lines])


def _import_line(timed: Timed) -> str:
    missed = "  MISSED" if timed.ratio > AIM else ""
    return f"{timed.what:<40}{timed.busy:>8.3f} s busy{timed.elapsed:>8.3f} s{timed.ratio:>7.1f} × COPY{missed}"

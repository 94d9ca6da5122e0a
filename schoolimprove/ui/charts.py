"""Charts of figures that a table on the same page has in full: bars, lying, stacked.

A chart is drawn by Chart.js in the browser, where there is a script; the table is its text, for everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST_LINES = 30
"""More lines than these are read in the table alone."""


@dataclass(frozen=True)
class Series:
    """The figures of one colour, in the order of the chart's lines. `tone` is a name that static/js/charts.js knows;
    series of one `stack` lie end to end in one bar.
    """

    label: str
    values: Sequence[int]
    tone: str
    stack: str = "all"


@dataclass(frozen=True)
class Chart:
    """`label` says what is drawn, to those who hear it too; `unit` is what is counted."""

    label: str
    lines: Sequence[str]
    series: Sequence[Series]
    unit: str

    @property
    def drawn(self) -> bool:
        """Whether there is something to draw, and it can be read."""
        return 0 < len(self.lines) <= MOST_LINES and any(any(each.values) for each in self.series)

    def as_data(self) -> dict[str, Any]:
        """What the script reads."""
        series = [
            {"label": each.label, "values": list(each.values), "tone": each.tone, "stack": each.stack}
            for each in self.series
            if any(each.values)
        ]
        return {"lines": list(self.lines), "series": series, "unit": self.unit}

"""What the accessibility statement may claim: what was measured, as `make accessibility` wrote it down."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

MEASURED = Path(__file__).with_name("accessibility.json")


@dataclass(frozen=True)
class Measured:
    """`pages` are the routes of pages that were opened, and whose work each is.

    `not_opened` are routes of pages whose state the tested data was not in, and `others` those that are no pages: what
    answers with a file, a move or a script.
    `findings` are what axe and the other checks said, as route, rule and place; `sideways` the routes that scroll
    sideways on a telephone, or at 400%, which makes a window of `width` pixels one of `smallest`.
    """

    tested_on: date
    axe: str
    browser: str
    tags: list[str]
    rules: int
    width: int
    narrow: int
    smallest: int
    pages: dict[str, str]
    in_error: list[str]
    nothing_found: list[str]
    not_opened: list[str]
    others: list[str]
    findings: list[str]
    sideways: list[str]

    @property
    def is_clean(self) -> bool:
        return not (self.findings or self.sideways)


@cache
def measured() -> Measured:
    return read(json.loads(MEASURED.read_text()))


def read(told: dict[str, Any]) -> Measured:
    return Measured(**{**told, "tested_on": date.fromisoformat(told["tested_on"])})

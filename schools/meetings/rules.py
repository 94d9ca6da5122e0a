"""The first draft of the minutes of a meeting, from its attendance and its decisions (domain 5.7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Minuted:
    """An item as the minutes have it; `deferred` is the reason where nothing was decided."""

    title: str
    decided: str = ""
    deferred: str = ""

    @property
    def words(self) -> str:
        if self.deferred:
            return f"Deferred. {self.deferred}"
        return self.decided or "Not decided yet."


def draft_minutes(*, present: Sequence[str], apologies: Sequence[str], also: str, items: Iterable[Minuted]) -> str:
    """Return the minutes as Markdown: who was present, and a numbered line and its decision for each item."""
    parts = [f"**Present:** {', '.join(present) or 'not recorded'}"]
    if apologies:
        parts.append(f"**Apologies:** {', '.join(apologies)}")
    if also:
        parts.append(f"**Also present:** {also}")
    parts += [f"**{number}. {item.title}**\n\n{item.words}" for number, item in enumerate(items, start=1)]
    return "\n\n".join(parts)

"""The keys of policy as the apps declare them."""

from datetime import date
from typing import Any

from schoolimprove.lib import clock
from schoolimprove.policy.keys import SINCE_ALWAYS, PolicyKey, all_keys
from schoolimprove.policy.nested import in_line

from .marks import table

SHOWN = 3


def written() -> str:
    return "\n".join(_section(key) for key in all_keys())


def _section(key: PolicyKey[Any]) -> str:
    rows = [
        [f"`{field}`", key.label_of(field), _from(start), _shown(value)]
        for start, shipped in sorted(key.shipped.items())
        for field, value in key.dump(shipped).items()
    ]
    told = f"{key.does}\n\nKey `{key.name}`, in {key.unit}."
    return f"### {key.label}\n\n{told}\n\n" + table(["field", "what it is", "in force from", "value supplied"], rows)


def _from(start: date) -> str:
    return "always" if start == SINCE_ALWAYS else clock.uk_date(start)


def _shown(value: Any) -> str:
    """Of a long list or table its beginning, and how long it is."""
    if isinstance(value, dict):
        value = [f"{name} → {entry}" for name, entry in value.items()]
    if not isinstance(value, list):
        return str(value)
    more = len(value) - SHOWN
    return "; ".join(in_line(entry, ", ") for entry in value[:SHOWN]) + (f"; and {more} more" if more > 0 else "")

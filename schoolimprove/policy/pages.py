"""Policy as people read it: what each key does, its value in words, since when, and who approved it.

These views are pages of the admin (`PolicyRowAdmin`), drawn in the site's own frame. The admin's own actions decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join

from schoolimprove.lib import clock
from schoolimprove.ui import components
from schoolimprove.ui.cells import folded, listed, shown

from .keys import SINCE_ALWAYS, PolicyKey, all_keys, entry_name, key_named
from .models import PolicyRow
from .nested import in_line

LISTED = "admin:policy_policyrow_changelist"
SHOWN_ENTRIES = 6
"""Of a list or table; a longer one is folded."""


@dataclass(frozen=True)
class Section:
    """One key on the page: its value in force with its facts, and its other values."""

    key: PolicyKey[Any]
    facts: Sequence[components.Fact]
    others: components.Table | None
    propose_url: str


@dataclass(frozen=True)
class Proposal:
    """A value that waits for approval, beside the one it would follow."""

    row: PolicyRow
    label: str
    does: str
    changes: components.Table
    facts: Sequence[components.Fact]
    is_own: bool


def policy_list(request: HttpRequest, *, may_propose: bool, may_decide: bool) -> HttpResponse:
    """Every key with its value today, and what waits for approval. One query."""
    rows = list(_rows().filter(withdrawn_at__isnull=True))
    by_key = {key.name: [row for row in rows if row.key == key.name] for key in all_keys()}
    waiting = [row for row in rows if row.approved_at is None and row.key in by_key]
    context = {
        "page_title": "Policy values",
        "breadcrumbs": [components.Crumb("Settings", reverse("admin:index")), components.Crumb("Policy values")],
        "sections": [_section(key, by_key[key.name], may_propose=may_propose) for key in all_keys()],
        "proposals": [_proposal(request, row, by_key[row.key]) for row in waiting],
        "may_decide": may_decide,
        "decide_url": reverse(LISTED),
    }
    return render(request, "policy/policy_list.html", context)


def policy_detail(request: HttpRequest, row: PolicyRow, *, may_decide: bool) -> HttpResponse:
    """One value: what it does, what it changes, who proposed and approved it."""
    key = key_named(row.key)
    crumbs = [("Settings", reverse("admin:index")), ("Policy values", reverse(LISTED)), (key.label, "")]
    context = {
        "page_title": key.label,
        "caption": state_of(row),
        "breadcrumbs": [components.Crumb(*crumb) for crumb in crumbs],
        "proposal": _proposal(request, row, list(_rows().filter(key=row.key))),
        "waits": row.approved_at is None and row.withdrawn_at is None,
        "may_decide": may_decide,
        "decide_url": reverse(LISTED),
    }
    return render(request, "policy/policy_detail.html", context)


def name_of(row: PolicyRow) -> str:
    """Return the label of its key; the key itself where the code no longer has it."""
    return next((key.label for key in all_keys() if key.name == row.key), row.key)


def state_of(row: PolicyRow) -> str:
    """How far a value is, in words."""
    if row.withdrawn_at:
        return "Withdrawn"
    if not row.approved_at:
        return "Waiting for approval"
    return "Supplied with the service" if row.shipped else "Approved"


def _rows() -> Any:
    return PolicyRow.objects.select_related("proposed_by", "approved_by", "withdrawn_by").order_by("-effective_from")


def _section(key: PolicyKey[Any], rows: Sequence[PolicyRow], *, may_propose: bool) -> Section:
    approved = [row for row in rows if row.approved_at]
    now = next((row for row in approved if row.effective_from <= clock.today()), None)
    facts = [*_value_facts(key, now.value), *_facts_in_force(key, now)] if now else []
    others = [row for row in approved if row != now]
    url = reverse("admin:policy_policyrow_propose", args=[key.name]) if may_propose else ""
    return Section(key, facts, _table_of(key, others) if others else None, url)


def _table_of(key: PolicyKey[Any], rows: Sequence[PolicyRow]) -> components.Table:
    columns = [components.Column(label) for label in ("In force from", "Value", "Approved by", "Reason")]
    cells = [[_from(row), _in_words(key, row.value), _approved_by(row), _reason(row)] for row in rows]
    if not any(_reason(row) for row in rows):
        columns, cells = columns[:-1], [line[:-1] for line in cells]
    return components.Table(f"Earlier and later values: {key.label}", columns, cells, caption_hidden=True)


def _proposal(request: HttpRequest, row: PolicyRow, rows: Sequence[PolicyRow]) -> Proposal:
    """Compared with what is approved for the day before it begins."""
    key = key_named(row.key)
    before = next((each for each in rows if each.approved_at and each.effective_from < row.effective_from), None)
    held = key.in_order(before.value) if before else {}
    columns = [components.Column(label) for label in ("Value", "Before", "After")]
    cells = [
        [key.label_of(name), _words(key, held[name]) if name in held else "None", _words(key, value)]
        for name, value in key.in_order(row.value).items()
    ]
    table = components.Table(f"What changes: {key.label}", columns, cells, caption_hidden=True)
    return Proposal(row, key.label, key.does, table, _facts(key, row), row.proposed_by_id == request.user.pk)


def _value_facts(key: PolicyKey[Any], value: Mapping[str, Any]) -> list[components.Fact]:
    named = [(key.label_of(name), entry) for name, entry in key.in_order(value).items()]
    return [components.Fact(label, _folded(label, entry, _words(key, entry))) for label, entry in named]


def _folded(label: str, entry: Any, words: Any) -> Any:
    """Show a long list or table on request only."""
    if not isinstance(entry, Mapping | list) or len(entry) <= SHOWN_ENTRIES:
        return words
    return folded(f"{len(entry)} entries", label, words)


def _facts_in_force(key: PolicyKey[Any], row: PolicyRow) -> list[components.Fact]:
    """The page says once of all values as supplied that they are so."""
    if row.shipped and row.effective_from == SINCE_ALWAYS:
        return _unit(key)
    return _facts(key, row)


def _unit(key: PolicyKey[Any]) -> list[components.Fact]:
    """Return the unit, unless the label of the only field says it."""
    labels = [key.label_of(each.name) for each in fields(key.kind)]
    if len(labels) == 1 and key.unit.casefold() in labels[0].casefold():
        return []
    return [components.Fact("Unit", key.unit[:1].upper() + key.unit[1:])]


def _facts(key: PolicyKey[Any], row: PolicyRow) -> list[components.Fact]:
    facts = _unit(key)
    facts.append(components.Fact("In force since" if _has_begun(row) else "In force from", _from(row)))
    if row.proposed_by:
        facts.append(components.Fact("Proposed by", f"{row.proposed_by}, {shown(row.created_at)}"))
    if row.withdrawn_at:
        facts.append(components.Fact("Withdrawn by", f"{row.withdrawn_by}, {shown(row.withdrawn_at)}"))
    else:
        facts.append(components.Fact("Approved by", _approved_by(row), empty="Not approved yet"))
    if not row.shipped:
        facts.append(components.Fact("Reason", row.reason))
    return facts


def _reason(row: PolicyRow) -> str:
    """Why, as people said it: of a value as supplied we only hold where it comes from."""
    return "" if row.shipped else row.reason


def _has_begun(row: PolicyRow) -> bool:
    return row.approved_at is not None and row.effective_from <= clock.today()


def _from(row: PolicyRow) -> str:
    return "Always" if row.effective_from == SINCE_ALWAYS else clock.uk_date(row.effective_from)


def _approved_by(row: PolicyRow) -> str:
    if row.shipped:
        return "Supplied with the service"
    return f"{row.approved_by}, {shown(row.approved_at)}" if row.approved_at else ""


def _in_words(key: PolicyKey[Any], value: Mapping[str, Any]) -> Any:
    return format_html_join(
        "",
        "<div>{}: {}</div>",
        ((key.label_of(name), _words(key, entry)) for name, entry in key.in_order(value).items()),
    )


def _words(key: PolicyKey[Any], entry: Any) -> Any:
    """A field of a value: a number or text as it is, a list with a line for each entry, a table with both sides."""
    if isinstance(entry, Mapping):
        lines = [f"{entry_name(key, name)}: {str(side).replace('_', ' ')}" for name, side in entry.items()]
    elif isinstance(entry, list):
        lines = [entry_name(key, in_line(each)) for each in entry]
    else:
        return str(entry)
    return listed(lines)

"""The kinds of groups as policy: a list of dataclasses, one on each line of the form of a proposal."""

import pytest
from django.core.exceptions import ValidationError

from schoolimprove.policy.forms import proposal_form
from schoolimprove.policy.keys import SINCE_ALWAYS, PolicyError
from schoolimprove.policy.nested import in_line
from schools.groups.policy import GROUP_KINDS

SHIPPED = GROUP_KINDS.shipped[SINCE_ALWAYS]
DIRG = "dirg; District Intervention and Resource Group (DIRG); 3; termly; yes"


def test_every_kind_that_the_domain_names_is_shipped() -> None:
    assert list(SHIPPED.labels) == ["dirg", "focus", "core", "project", "apsp", "diocesan", "dmt", "board"]
    assert SHIPPED.label_of("focus") == "District Focus Group"
    assert SHIPPED.label_of("of_old") == "of_old"


def test_fields_that_a_database_keeps_in_another_order_are_shown_in_their_own() -> None:
    stored = GROUP_KINDS.dump(SHIPPED)
    shuffled = {"kinds": [dict(sorted(kind.items())[::-1]) for kind in stored["kinds"]]}
    assert in_line(shuffled["kinds"][0]) != DIRG
    assert in_line(GROUP_KINDS.in_order(shuffled)["kinds"][0]) == DIRG


def test_the_lines_of_the_form_are_read_as_they_are_written() -> None:
    field = proposal_form(GROUP_KINDS).base_fields["value_kinds"]
    stored = GROUP_KINDS.dump(SHIPPED)["kinds"]
    lines = field.prepare_value(stored)
    assert lines.splitlines()[0] == DIRG
    assert field.clean(lines) == stored
    with pytest.raises(ValidationError, match="meets, moderates, with semicolons between them: dirg"):
        field.clean("dirg")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("dirg; ; 4; termly; yes", "Each kind must have a code and a name."),
        ("dirg; DIRG; 0; termly; no", "Each quorum must be 1 or more."),
        ("dirg; DIRG; four; termly; no", "The value of kinds: 1: quorum is the wrong type."),
        ("dirg; DIRG; 4; yearly; no", "The value of kinds: 1: meets is the wrong type."),
        ("dirg; DIRG; 4; termly; perhaps", "The value of kinds: 1: moderates is the wrong type."),
        (f"{DIRG}\n{DIRG}", "Each code can be in the list only once."),
    ],
)
def test_a_kind_that_does_not_fit_is_refused(line: str, why: str) -> None:
    with pytest.raises(PolicyError, match=why):
        GROUP_KINDS.load({"kinds": proposal_form(GROUP_KINDS).base_fields["value_kinds"].clean(line)})

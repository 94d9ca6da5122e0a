"""The kinds of groups, with what is usual for them: data, since authorities name and hold their panels differently."""

from collections.abc import Iterator
from dataclasses import dataclass

from schoolimprove.policy.keys import SINCE_ALWAYS, PolicyKey, declare
from schools.groups.states import Rhythm


@dataclass(frozen=True)
class GroupKind:
    """A kind of group: its code, which groups keep, its name, and how many decide and how often it meets as a rule.

    A group that `moderates` decides categories, so its members are chosen for the whole authority, and for it `quorum`
    is the least.
    """

    code: str
    label: str
    quorum: int
    meets: Rhythm
    moderates: bool = False


@dataclass(frozen=True)
class GroupKinds:
    kinds: tuple[GroupKind, ...]

    @property
    def labels(self) -> dict[str, str]:
        """Return code → name, in order."""
        return {kind.code: kind.label for kind in self.kinds}

    @property
    def moderating(self) -> frozenset[str]:
        """Return the codes of the kinds that decide categories."""
        return frozenset(kind.code for kind in self.kinds if kind.moderates)

    def label_of(self, code: str) -> str:
        """Return the name of a kind; of one that policy no longer has, its code."""
        return self.labels.get(code, code)


def _wrong_with_kinds(value: GroupKinds) -> Iterator[str]:
    if not value.kinds or not all(kind.code and kind.label for kind in value.kinds):
        yield "Each kind must have a code and a name."
    if len(value.labels) < len(value.kinds):
        yield "Each code can be in the list only once."
    if any(kind.quorum < 1 for kind in value.kinds):
        yield "Each quorum must be 1 or more."


GROUP_KINDS = declare(
    PolicyKey(
        name="schools.group_kinds",
        label="Kinds of groups",
        does="Lists the kinds of groups that people can form, with the usual quorum, how often they meet and "
        "which decide categories.",
        labels={"kinds": "Kinds"},
        kind=GroupKinds,
        unit="code; name; how many must be present; half_termly, termly or none; yes if it decides categories",
        source="Domain 1, 4.3, 5.1 and 7 [002]: DIRG, focus, core and project groups, panels; quorums are ours",
        shipped={
            SINCE_ALWAYS: GroupKinds(
                (
                    GroupKind(
                        "dirg", "District Intervention and Resource Group (DIRG)", 3, Rhythm.TERMLY, moderates=True
                    ),
                    GroupKind("focus", "District Focus Group", 3, Rhythm.HALF_TERMLY),
                    GroupKind("core", "Core group", 3, Rhythm.HALF_TERMLY),
                    GroupKind("project", "Project group", 3, Rhythm.HALF_TERMLY),
                    GroupKind("apsp", "Area Placement and Support Panel (APSP)", 3, Rhythm.HALF_TERMLY),
                    GroupKind("diocesan", "Diocesan liaison group", 2, Rhythm.TERMLY),
                    GroupKind("dmt", "Directorate Management Team (DMT)", 3, Rhythm.NONE),
                    GroupKind("board", "Board", 3, Rhythm.TERMLY),
                )
            )
        },
        validator=_wrong_with_kinds,
    )
)

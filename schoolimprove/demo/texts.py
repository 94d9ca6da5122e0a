"""Records, comments to authors and schools' answers, put together from `words.toml`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from schoolimprove.lib.clock import TermName
from schools.models import RecordAction
from schools.records.content import ActionLine, CarriedLine, Content, GradeLine, Outcome, StrengthLine
from schools.records.models.record import TEXTS
from schools.register.models.school import Phase

from .words import words

_GROUPS = {
    "early": {Phase.NURSERY, Phase.PRIMARY, Phase.ALL_THROUGH},
    "primary": {Phase.PRIMARY, Phase.MIDDLE_DEEMED_PRIMARY, Phase.ALL_THROUGH},
    "secondary": {Phase.SECONDARY, Phase.MIDDLE_DEEMED_SECONDARY, Phase.ALL_THROUGH},
    "examinations": {Phase.SECONDARY, Phase.ALL_THROUGH},
    "sixth form": {Phase.SECONDARY, Phase.SIXTEEN_PLUS},
    "alternative": {Phase.ALTERNATIVE},
    "small groups": {Phase.SPECIAL, Phase.ALTERNATIVE},
    "school age": set(Phase) - {Phase.NURSERY},
    "anywhere": set(Phase),
}


@dataclass(frozen=True)
class Focus:
    """One thing a visit looked at. `secure` is how it reads where it goes well, `developing` where it does not yet."""

    title: str
    theme: str
    aspect: str
    met: str
    evidence: str
    secure: str
    developing: str
    strength: str
    phases: str = "anywhere"

    def fits(self, phase: str) -> bool:
        return phase in _GROUPS[self.phases]


@dataclass(frozen=True)
class Agreed:
    """An action, to be done so many weeks after the visit."""

    what: str
    owner: str
    who: str
    weeks: int


@dataclass(frozen=True)
class Written:
    """The texts of a record, named as the record names them, and what is written beside them.

    `fates` say by chance what became of each action of an earlier record.
    """

    met: str
    evidence: str
    findings: str
    judgements: str
    strengths: tuple[tuple[str, str], ...] = ()
    grades: tuple[GradeLine, ...] = ()
    actions: tuple[Agreed, ...] = ()
    fates: tuple[float, ...] = ()

    def as_texts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in TEXTS}

    def as_content(self, agenda: Sequence[str], held_on: date, earlier: Sequence[RecordAction] = ()) -> Content:
        """Nothing on the items of the agenda yet where nothing is found so far."""
        found = words()["on_items"]
        return Content(
            findings={key: found.get(key, words()["on_item"]) for key in agenda} if self.findings else {},
            grades=self.grades,
            strengths=[StrengthLine(f"s{n}", *said) for n, said in enumerate(self.strengths, start=1)],
            actions=[_line(n, each, held_on) for n, each in enumerate(self.actions, start=1)],
            carried=[_carried(row, fate) for row, fate in zip(earlier, self.fates, strict=False)],
        )


DONE, DROPPED = 0.45, 0.55
"""Chances up to which an earlier action is done, and no longer needed."""


def _line(number: int, action: Agreed, held_on: date) -> ActionLine:
    due_on = held_on + timedelta(weeks=action.weeks)
    return ActionLine(f"a{number}", action.what, action.owner, action.who, due_on)


def _carried(row: RecordAction, fate: float) -> CarriedLine:
    if fate < DONE:
        return CarriedLine(row.pk, Outcome.DONE, words()["carried"][0])
    if fate < DROPPED:
        return CarriedLine(row.pk, Outcome.DROPPED, words()["overtaken"])
    return CarriedLine(row.pk, Outcome.OPEN, words()["carried"][1])


@cache
def _focuses() -> tuple[Focus, ...]:
    return tuple(Focus(**each) for each in words()["focus"])


@cache
def _item_of(term: TermName) -> Focus:
    """What core visits cover in the term."""
    return Focus(**words()["agenda"][term.value])


def written(luck: Random, phase: str, term: TermName, *, core: bool, secure_share: float) -> Written:
    """A record of a visit. Core visits open with the term's own item; `secure_share` is how well the school does."""
    fitting = [focus for focus in _focuses() if focus.fits(phase)]
    focuses = [*([_item_of(term)] if core else []), *luck.sample(fitting, 2)]
    secure = [luck.random() < secure_share for _ in focuses]
    return Written(
        met="; ".join(["Headteacher", *(focus.met for focus in focuses)]),
        evidence="\n".join(f"{focus.evidence}." for focus in focuses),
        findings="\n\n".join(map(_finding, focuses, secure)),
        judgements="\n".join(map(_judgement, focuses, secure)),
        strengths=tuple(
            (f"{focus.strength}.", focus.theme) for focus, good in zip(focuses, secure, strict=True) if good
        ),
        grades=_grades(luck, focuses, secure),
        actions=tuple(Agreed(**each) for each in luck.sample(words()["agreed"], luck.choice((1, 1, 2, 3)))),
        fates=tuple(luck.random() for _ in range(4)),
    )


def _grades(luck: Random, focuses: Sequence[Focus], secure: Sequence[bool]) -> tuple[GradeLine, ...]:
    """Each aspect once: where it goes well the school's grade is borne out, elsewhere it is a grade too kind."""
    grades: dict[str, GradeLine] = {}
    for focus, good in zip(focuses, secure, strict=True):
        own = luck.choice((1, 2, 2)) if good else luck.choice((2, 2, 3))
        grades.setdefault(focus.aspect, GradeLine(focus.aspect, own, own if good else own + 1))
    return tuple(grades.values())


def _finding(focus: Focus, good: bool) -> str:
    return f"{focus.title}\n{focus.secure if good else focus.developing}"


def _judgement(focus: Focus, good: bool) -> str:
    view = "the school’s own view is secure" if good else "improving, and not yet consistent across the school"
    return f"{focus.title}: {view}."


def mended(findings: str) -> str:
    """The findings of a record that came back, with what the author adds."""
    return f"{findings}\n\n{words()['mended']}"


def said(luck: Random, of: str) -> str:
    """One of the sentences there are of a kind."""
    return str(luck.choice(words()[of]))


def comments_on_return(luck: Random) -> str:
    return str(luck.choice(words()["returns"]))


def inaccuracy(luck: Random) -> str:
    return str(luck.choice(words()["inaccuracies"]))


def comment_of_head(luck: Random) -> str:
    return str(luck.choice(words()["heads_comments"]))


def comment_of_chair(luck: Random) -> str:
    return str(luck.choice(words()["chairs_comments"]))

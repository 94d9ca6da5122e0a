"""Records, comments to authors and schools' answers, put together from `words.toml`."""

from dataclasses import dataclass
from functools import cache
from random import Random

from schoolimprove.lib.clock import TermName
from schools.models.school import Phase

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
    met: str
    evidence: str
    secure: str
    developing: str
    strength: str
    phases: str = "anywhere"

    def fits(self, phase: str) -> bool:
        return phase in _GROUPS[self.phases]


@dataclass(frozen=True)
class Written:
    """The five texts of a record, named as the record names them."""

    met: str
    evidence: str
    findings: str
    judgements: str
    strengths: str

    def as_texts(self) -> dict[str, str]:
        return dict(vars(self))


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
        strengths="\n".join(f"{focus.strength}." for focus, good in zip(focuses, secure, strict=True) if good),
    )


def _finding(focus: Focus, good: bool) -> str:
    return f"{focus.title}\n{focus.secure if good else focus.developing}"


def _judgement(focus: Focus, good: bool) -> str:
    view = "the school’s own view is secure" if good else "improving, and not yet consistent across the school"
    return f"{focus.title}: {view}."


def mended(findings: str) -> str:
    """The findings of a record that came back, with what the author adds."""
    return f"{findings}\n\n{words()['mended']}"


def comments_on_return(luck: Random) -> str:
    return str(luck.choice(words()["returns"]))


def inaccuracy(luck: Random) -> str:
    return str(luck.choice(words()["inaccuracies"]))


def comment_of_head(luck: Random) -> str:
    return str(luck.choice(words()["heads_comments"]))


def comment_of_chair(luck: Random) -> str:
    return str(luck.choice(words()["chairs_comments"]))

"""The scheme that comes with the code: four categories (domain 4) [002 D1, E, F], described in our own words."""

from decimal import Decimal

from categorisation.schemes.rules import Category, Cause, Comparison, Flag, Heading, Level, Quartile, Scheme
from schoolimprove.policy.editions import Shipped
from schoolimprove.policy.keys import SINCE_ALWAYS
from schoolimprove.policy.nested import dump

_FOUR = ("1", "2", "3", "4")
_EVERY_SCHOOL = (
    "Five SIP days: the year’s visits, performance data, targets, the annual summary and finding support",
    "Pastoral support, and support for senior appointments and new heads",
    "Monitoring and advice for newly qualified teachers",
    "A named locality champion, and services to buy",
)
_MEDIUM = (
    "The weaknesses to put right, stated in writing",
    "An exceptional LA review where needed",
    "An assigned officer, help with plans and monitoring of progress",
)
_HIGH = (
    "A project group and a lead officer",
    "An LA statement of action",
    "Meetings at least once each half-term",
    "Formal evaluation of progress and of money, with powers kept under review",
)


def _heading(key: str, label: str, *characteristics: str) -> Heading:
    return Heading(key, label, (), dict(zip(_FOUR, characteristics, strict=True)))


def _of_the_weakest(key: str, label: str, characteristic: str) -> Heading:
    return Heading(key, label, ("4",), {"4": characteristic})


SHIPPED_SCHEME = Scheme(
    categories=(
        Category("1", "Outstanding", "low"),
        Category("2", "Good", "low"),
        Category("3", "Satisfactory", "medium"),
        Category("4", "Inadequate", "high"),
    ),
    levels=(
        Level("low", "Low", 3, 0, _EVERY_SCHOOL),
        Level("medium", "Medium", 3, 3, (*_EVERY_SCHOOL, *_MEDIUM)),
        Level("high", "High", 3, 6, (*_EVERY_SCHOOL, *_MEDIUM, *_HIGH)),
    ),
    headings=(
        _heading(
            "performance",
            "Performance",
            "Results are in the upper quarter nationally.",
            "Results are mostly between the middle and the upper quarter.",
            "Results are mostly between the lower quarter and the middle.",
            "Results are mostly in the lower quarter.",
        ),
        _heading(
            "pupil_groups",
            "Pupil groups",
            "Every group is improving, and more is expected of each.",
            "Most groups are improving.",
            "No group does much better or worse than the others.",
            "At least one group does far worse than it should.",
        ),
        _heading(
            "progress",
            "Progress and value added",
            "Pupils make good progress nearly everywhere, and exceptional progress in much of it.",
            "Most groups make good progress from where they started, and meet demanding targets.",
            "No important aspect of progress is inadequate, and some aspects are good.",
            "Many pupils progress too slowly and miss targets that were fair.",
        ),
        _heading(
            "personal_development",
            "Personal development and well-being",
            "Pupils’ development and well-being are good throughout, and exemplary in much.",
            "Pupils enjoy school, behave well, attend regularly and feel safe.",
            "No important aspect is inadequate, and some aspects are good.",
            "Pupils are disaffected, feel unsafe, or are often absent.",
        ),
        _heading(
            "teaching",
            "Teaching and learning",
            "Teaching is good throughout and exemplary in much, so that pupils thrive.",
            "Teachers know their subjects, assess accurately and match work to pupils’ needs.",
            "No important aspect of teaching is inadequate, and some aspects are good.",
            "Teaching is not good enough for pupils to learn as they should.",
        ),
        _heading(
            "curriculum",
            "Curriculum",
            "The curriculum and other activities are good throughout and exemplary in much.",
            "Nearly every pupil is well served, and what the law asks is met.",
            "No important aspect of the curriculum is inadequate, and some aspects are good.",
            "The curriculum does not match what pupils need, or has serious gaps.",
        ),
        _heading(
            "care",
            "Care, guidance and support",
            "Care, guidance and support are good throughout and exemplary in much.",
            "Pupils are safe, known and well advised, and those at risk are found early.",
            "No important aspect of care is inadequate, and some aspects are good.",
            "Care, guidance or the arrangements for safety are too weak.",
        ),
        _heading(
            "leadership",
            "Leadership and management",
            "Leaders and governors are good throughout and exemplary in much, as results show.",
            "Leaders know the school’s strengths and weaknesses and have improved it before.",
            "No important aspect of leadership is inadequate, and some aspects are good.",
            "Leaders have too little effect, or do not see the school as it is.",
        ),
        _heading(
            "overall",
            "Overall effectiveness",
            "Outstanding overall.",
            "At least good overall.",
            "At least satisfactory overall.",
            "Less than satisfactory overall.",
        ),
        _of_the_weakest("capacity", "Capacity to improve", "The school can do little to improve without help."),
        _of_the_weakest("budget", "Budget", "The school has serious problems with its budget."),
        _of_the_weakest(
            "health_and_safety", "Health and safety", "Something in the school threatens health or safety."
        ),
    ),
    causes=(
        Cause("sef_4", "SEF grade 4 for overall effectiveness"),
        Cause("attainment", "Low attainment, overall or of a group"),
        Cause("progress", "Inadequate progress or value added"),
        Cause("weakness", "Significant weakness in teaching, leadership, curriculum or care"),
        Cause("capacity", "Limited capacity to improve"),
        Cause("budget", "Budget"),
        Cause("health_and_safety", "Health and safety"),
        Cause("complaints", "Parental complaints"),
    ),
    quartiles=(
        Quartile(Decimal(75), "1"),
        Quartile(Decimal(50), "2"),
        Quartile(Decimal(25), "3"),
        Quartile(Decimal(0), "4"),
    ),
    comparisons=(Comparison("2005", "overall", {code: (code,) for code in _FOUR}),),
    flags=(Flag("2005", "behaviour", ("3",), "Ofsted found behaviour only satisfactory"),),
)
"""Additional visits are ours: the paper gives no figure beside the five days."""

EDITIONS = (
    Shipped(
        "four-categories",
        "Four categories",
        "Domain 4 [002 D1, E, F]",
        {"content": dump(SHIPPED_SCHEME)},
        SINCE_ALWAYS,
    ),
)

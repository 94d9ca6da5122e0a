"""The visit programmes that come with the code (domain 3.2).

For every phase the three terms of the single conversation, in force from the start [002 D2]. For secondary schools,
where they run a term behind, an autumn and a spring edition as drafts, for whoever wants to publish them [004 6–7].
Every programme ends with celebrations and good practice [004 5].
"""

from datetime import date

from schoolimprove.lib.clock import TermName
from schoolimprove.policy.editions import Shipped
from schoolimprove.policy.keys import SINCE_ALWAYS
from schools.register.models.school import Phase
from schools.visits.models.programme import CLOSING_KEY, Topic

CLOSING = Topic(
    CLOSING_KEY,
    "Celebrations and good practice",
    "What has gone well since the last visit, and what other schools could learn from.",
)


def _shipped(
    name: str,
    phase: str,
    term: str,
    title: str,
    source: str,
    topics: tuple[Topic, ...],
    published_from: date | None = None,
) -> Shipped:
    fields = {"phase": phase, "term": term, "topics": [topic.as_json() for topic in topics]}
    return Shipped(name, title, source, fields, published_from)


SHIPPED = (
    _shipped(
        "every-phase-autumn",
        "",
        TermName.AUTUMN,
        "Autumn: performance and targets",
        "Domain 3.2 [002 D2]",
        (
            Topic(
                "performance-1",
                "Performance data",
                "What last year’s results say about the whole school and groups of pupils, compared with earlier years "
                "and similar schools.",
            ),
            Topic(
                "targets-1",
                "Target setting",
                "The targets proposed for the coming years, what they are based on, and whether they are ambitious.",
            ),
            CLOSING,
        ),
        SINCE_ALWAYS,
    ),
    _shipped(
        "every-phase-spring",
        "",
        TermName.SPRING,
        "Spring: progress of the plan and self-evaluation",
        "Domain 3.2 [002 D2]",
        (
            Topic(
                "plan-1",
                "Progress of the improvement plan",
                "How far each priority has met its milestones, and what to do where it has not.",
            ),
            Topic(
                "support-1",
                "Impact of support",
                "What the school’s support has changed for pupils, and whether it should continue.",
            ),
            Topic(
                "self-evaluation-1",
                "Validation of named aspects of the self-evaluation",
                "The aspects chosen beforehand, the school’s grade for each and the evidence for it.",
            ),
            CLOSING,
        ),
        SINCE_ALWAYS,
    ),
    _shipped(
        "every-phase-summer",
        "",
        TermName.SUMMER,
        "Summer: summary of the year",
        "Domain 3.2 [002 D2]",
        (
            Topic(
                "conversation-1",
                "Completing the single conversation",
                "What is still open from this year’s visits.",
            ),
            Topic(
                "self-evaluation-2",
                "Validation of the self-evaluation",
                "Whether the year’s visits support the self-evaluation as a whole.",
            ),
            Topic(
                "summary-1",
                "Summary statement",
                "The year in a few sentences, with the category and level of support to recommend.",
            ),
            CLOSING,
        ),
        SINCE_ALWAYS,
    ),
    _shipped(
        "secondary-autumn",
        Phase.SECONDARY,
        TermName.AUTUMN,
        "Secondary, autumn: target setting",
        "Domain 3.2 [004 6]",
        (
            Topic(
                "targets-1",
                "Target setting",
                "The targets proposed for the coming years, what they are based on, and whether they are ambitious. "
                "This is the only item this term.",
            ),
            CLOSING,
        ),
    ),
    _shipped(
        "secondary-spring",
        Phase.SECONDARY,
        TermName.SPRING,
        "Secondary, spring: familiarisation and self-assessment",
        "Domain 3.2 [004 7]",
        (
            Topic(
                "familiarisation-1",
                "Familiarisation",
                "What these visits have shown, and what the school wants the authority to know.",
            ),
            Topic(
                "self-assessment-1",
                "Verification of self-assessment",
                "How the school assesses its own work, and whether its findings are reliable.",
            ),
            CLOSING,
        ),
    ),
)

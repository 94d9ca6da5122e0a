"""The inspection frameworks that come with the code (domain 4.5), described in our own words."""

from datetime import date

from schoolimprove.policy.editions import Shipped
from schoolimprove.policy.nested import dump
from schools.inspections.rules import Area, Framework, Grade, StatutoryCategory, StatutoryLabel

_SATISFACTORY = ("Outstanding", "Good", "Satisfactory", "Inadequate")
_REQUIRES_IMPROVEMENT = ("Outstanding", "Good", "Requires improvement", "Inadequate")
_FIVE = ("Exceptional", "Strong standard", "Expected standard", "Needs attention", "Urgent improvement")
_SPECIAL_MEASURES = StatutoryLabel(StatutoryCategory.SPECIAL_MEASURES, "Special measures")


def _framework(
    code: str, first_day: date, scale: tuple[str, ...], significant_improvement: str, areas: dict[str, str]
) -> Shipped:
    """Return a framework whose areas, by key, are all graded on one scale from the strongest to the weakest grade."""
    grades = tuple(Grade(str(number), label) for number, label in enumerate(scale, 1))
    content = Framework(
        tuple(Area(key, label, grades) for key, label in areas.items()),
        (StatutoryLabel(StatutoryCategory.SIGNIFICANT_IMPROVEMENT, significant_improvement), _SPECIAL_MEASURES),
    )
    fields = {"code": code, "content": dump(content)}
    return Shipped(f"framework-{code}", f"Inspection framework of {first_day:%B %Y}", "Domain 4.5", fields, first_day)


EDITIONS = (
    _framework(
        "2005",
        date(2005, 9, 1),
        _SATISFACTORY,
        "Notice to improve",
        {
            "overall": "Overall effectiveness",
            "achievement": "Achievement and standards",
            "personal_development": "Personal development and well-being",
            "behaviour": "Behaviour",
            "teaching": "Teaching and learning",
            "curriculum": "Curriculum and other activities",
            "care": "Care, guidance and support",
            "leadership": "Leadership and management",
        },
    ),
    _framework(
        "2009",
        date(2009, 9, 1),
        _SATISFACTORY,
        "Notice to improve",
        {
            "overall": "Overall effectiveness",
            "capacity": "Capacity for sustained improvement",
            "outcomes": "Outcomes for pupils",
            "behaviour": "Behaviour",
            "teaching": "Teaching",
            "curriculum": "Curriculum",
            "care": "Care, guidance and support",
            "leadership": "Leadership and management",
            "early_years": "Early years",
            "sixth_form": "Sixth form",
        },
    ),
    _framework(
        "2012",
        date(2012, 9, 1),
        _REQUIRES_IMPROVEMENT,
        "Serious weaknesses",
        {
            "overall": "Overall effectiveness",
            "achievement": "Achievement of pupils",
            "teaching": "Quality of teaching",
            "behaviour": "Behaviour and safety of pupils",
            "leadership": "Leadership and management",
        },
    ),
    _framework(
        "2015",
        date(2015, 9, 1),
        _REQUIRES_IMPROVEMENT,
        "Serious weaknesses",
        {
            "overall": "Overall effectiveness",
            "leadership": "Effectiveness of leadership and management",
            "teaching": "Quality of teaching, learning and assessment",
            "behaviour": "Personal development, behaviour and welfare",
            "outcomes": "Outcomes for pupils",
            "early_years": "Early years",
            "sixth_form": "16 to 19 study programmes",
        },
    ),
    _framework(
        "2019",
        date(2019, 9, 1),
        _REQUIRES_IMPROVEMENT,
        "Serious weaknesses",
        {
            "overall": "Overall effectiveness",
            "quality_of_education": "Quality of education",
            "behaviour": "Behaviour and attitudes",
            "personal_development": "Personal development",
            "leadership": "Leadership and management",
            "early_years": "Early years",
            "sixth_form": "Sixth form",
        },
    ),
    # Reports of this framework have no grade for the school as a whole.
    _framework(
        "2025",
        date(2025, 11, 10),
        _FIVE,
        "Requires significant improvement",
        {
            "inclusion": "Inclusion",
            "teaching": "Curriculum and teaching",
            "achievement": "Achievement",
            "behaviour": "Attendance and behaviour",
            "personal_development": "Personal development and well-being",
            "leadership": "Leadership and governance",
            "early_years": "Early years",
            "sixth_form": "Post-16 provision",
        },
    ),
)

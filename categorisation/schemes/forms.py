"""How the fields of a category scheme are asked for and shown."""

from categorisation.schemes.rules import Category, Cause, Comparison, Flag, Heading, Level, Quartile, Scheme
from schoolimprove.policy.content import Wording, Words

FRAMEWORK = Words("Inspection framework", "Its code, for example 2005.")
AREA = Words("Area of the inspection", "Its code, for example overall.")

SCHEME_WORDS: Wording = {
    Scheme: {
        "categories": Words("Categories", "Put them in order, from the strongest to the weakest.", one="category"),
        "levels": Words("Levels of support", one="level"),
        "headings": Words("Headings", "Officers rate a school under each of these.", one="heading"),
        "causes": Words("Causes of concern", "A cause never changes a category by itself.", one="cause"),
        "quartiles": Words(
            "Performance guide",
            "What a school’s national percentile points to. Start with the highest percentile.",
            one="step",
        ),
        "comparisons": Words(
            "Comparison with inspections", "Which categories agree with the grades of an inspection.", one="comparison"
        ),
        "flags": Words(
            "Grades to point out", "We show these beside the causes of concern, whatever the category.", one="grade"
        ),
    },
    Category: {
        "code": Words("Code", "A number or letter, for example 1 or A."),
        "label": Words("Name", "For example, Outstanding."),
        "level": Words("Usual level of support", codes_of="levels"),
    },
    Level: {
        "code": Words("Code", "For example, low."),
        "label": Words("Name"),
        "core_visits": Words("Core visits a year"),
        "additional_visits": Words("Additional visits a year"),
        "entitlements": Words("What schools get", "Put each on a line of its own.", optional=True),
    },
    Heading: {
        "key": Words("Key", made_from="label"),
        "label": Words("Heading"),
        "asked_for": Words(
            "Only for these categories",
            "Select none to ask for every category.",
            codes_of="categories",
            optional=True,
            empty="Every category",
        ),
        "characteristics": Words("What schools of each category are like", codes_of="categories"),
    },
    Cause: {
        "key": Words("Key", made_from="label"),
        "label": Words("Cause"),
    },
    Quartile: {
        "from_percentile": Words("From percentile", "From 0 to 100."),
        "category": Words("Category", codes_of="categories"),
    },
    Comparison: {
        "framework": FRAMEWORK,
        "area": AREA,
        "agrees_with": Words(
            "Grades and the categories they agree with",
            "Put each grade on a line of its own, with a colon. For example, 2: B, C.",
        ),
    },
    Flag: {
        "framework": FRAMEWORK,
        "area": AREA,
        "grades": Words("Grades", "Put each on a line of its own."),
        "label": Words("What we show"),
    },
}

"""The letter by which a school is told its category, and the words that come with the code (domain 4)."""

from schoolimprove.policy.editions import Shipped, ship_editions
from schoolimprove.policy.keys import SINCE_ALWAYS
from schoolimprove.policy.nested import dump
from schoolimprove.policy.shipping import Shipment, shipments
from schools.letters.kinds import LetterKind, letter_kinds
from schools.letters.models import LetterTemplate
from schools.letters.rules import LetterText

CATEGORY_LETTER = LetterKind(
    "category",
    10,
    "Category letter",
    {
        "category": "The category with its number and name, such as “3, Satisfactory”",
        "level": "The level of support, in small letters, such as “medium”",
        "why": "Why this is the category, as it was decided",
        "support": "A list of what the level brings",
        "effective_on": "The day from which the category applies",
        "support_from": "The day from which the school has this support",
    },
)

_BODY = """Dear {recipient}

We review the category of every school each year. The category of {school} is **{category}**. It applies \
from {effective_on}.

**Why this category**

{why}

**The support you will have**

From {support_from} you have a {level} level of support. You will have:

{support}

**What happens now**

Your School Improvement Partner will talk to you about this letter at the next visit, and agree with you how the \
support will be used. Please share the letter with your governing body.

**If you disagree**

Please tell your School Improvement Partner if you think that we have a fact wrong or have missed some evidence, and \
say what you would like us to look at again. We will answer in writing.

Thank you for the work that you, your staff and your governors do for the pupils of {school}."""

CATEGORY_TEXT = LetterText("The category of {school}", _BODY)

TEMPLATES: tuple[Shipped, ...] = (
    Shipped(
        "category-letter",
        "Category letter to the headteacher and the chair of governors",
        "Domain 4 [002 D3]",
        {"kind": CATEGORY_LETTER.key, "content": dump(CATEGORY_TEXT)},
        SINCE_ALWAYS,
    ),
)


def sync_templates() -> int:
    """Load the templates that come with the code and were not loaded yet; return how many."""
    return ship_editions(LetterTemplate, TEMPLATES)


def register() -> None:
    """Called once, when the app is ready."""
    letter_kinds.register(CATEGORY_LETTER)
    shipments.register(Shipment("letter_templates", 40, LetterTemplate._meta.db_table, sync_templates))

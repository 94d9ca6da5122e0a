"""The category scheme: what is in force, and writing and publishing another."""

from categorisation.schemes.forms import SCHEME_WORDS
from categorisation.schemes.models import SchemeEdition
from schoolimprove.accounts.roles import Permission
from schoolimprove.pages.editions import EditionPages


class SchemePages(EditionPages):
    model = SchemeEdition
    route, list_route, parameter = "categorisation:scheme", "categorisation:schemes", "scheme"
    title, noun = "Category schemes", ("category scheme", "category schemes")
    lede = "The categories, what each means, and the support that follows."
    permission = Permission.VIEW_SCHOOL
    wording = SCHEME_WORDS

"""The states of a category scheme: an administrator writes it, and a second person publishes it."""

from schoolimprove.accounts.roles import Permission
from schoolimprove.policy.states import edition_states

SCHEME_EDITION = edition_states(
    "Edition of the category scheme",
    who="System administrator; published by another system administrator or the Head",
    write=Permission.PROPOSE_POLICY,
    publish=Permission.APPROVE_POLICY,
    guard="Its categories, levels and headings fit together, and its first day is not past. Another person wrote it.",
    effect="Rounds that open from its first day use it. Earlier rounds keep the scheme they have.",
)

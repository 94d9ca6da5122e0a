"""The legal moves of an edition of an inspection framework."""

from schoolimprove.accounts.roles import Permission
from schoolimprove.policy.states import edition_states

FRAMEWORK_EDITION = edition_states(
    "Edition of an inspection framework",
    who="System administrator; published by another system administrator or the Head",
    write=Permission.PROPOSE_POLICY,
    publish=Permission.APPROVE_POLICY,
    guard="Its areas and grades fit together, and its first day is not past. Another person wrote it.",
    effect="You can enter inspections under it from its first day. Earlier inspections keep the framework they have.",
)

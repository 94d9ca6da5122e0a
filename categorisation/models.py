"""The models of all packages, for Django and for the rest of the code."""

from categorisation.decisions.models import CategoryDecision
from categorisation.mismatches.models import CategoryMismatch
from categorisation.recommendations.models import Agreement, Recommendation
from categorisation.rounds.models import Round
from categorisation.schemes.models import SchemeEdition

__all__ = ["Agreement", "CategoryDecision", "CategoryMismatch", "Recommendation", "Round", "SchemeEdition"]

"""The models of all packages, for Django and for the rest of the code."""

from categorisation.recommendations.models import Agreement, Recommendation
from categorisation.rounds.models import Round
from categorisation.schemes.models import SchemeEdition

__all__ = ["Agreement", "Recommendation", "Round", "SchemeEdition"]

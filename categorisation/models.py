"""The models of all packages, for Django and for the rest of the code."""

from categorisation.schemes.models import SchemeEdition

__all__ = ["SchemeEdition"]

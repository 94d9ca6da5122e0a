from .deadline import Deadline

__all__ = ["Deadline"]

from .row import PolicyRow

__all__ = ["PolicyRow"]

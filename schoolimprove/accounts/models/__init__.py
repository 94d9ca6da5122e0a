from .email_limit import EmailLimit
from .secret_link import Purpose, SecretLink
from .user import User, normalise_email, user_of

__all__ = ["EmailLimit", "Purpose", "SecretLink", "User", "normalise_email", "user_of"]

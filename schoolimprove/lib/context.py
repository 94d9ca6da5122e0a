"""What is known of the request or job being served, for logs and audit."""

from contextvars import ContextVar

run_id: ContextVar[int | None] = ContextVar("run_id", default=None)
"""The import that is being carried out; what it does carries its number in the audit."""
request_id: ContextVar[str] = ContextVar("request_id", default="")

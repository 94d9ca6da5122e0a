"""What imports of GIAS and their undoings do to schools and links, as the audit calls it."""

ADDED_BY_IMPORT, CHANGED_BY_IMPORT = "added by import", "changed by import"
RESTORED, REMOVED = "restored by undoing", "removed by undoing"
"""What imports of GIAS and their undoings do to schools and links, as the audit calls it."""

"""What anybody may read: help by role, the glossary, and what is said of accessibility, cookies and privacy."""

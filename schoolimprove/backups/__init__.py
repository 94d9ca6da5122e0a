"""A database dump and the kept files are one backup, which is worth what its restoring has shown."""

"""What can be done to an account, one verb a function; each leaves an audit event in its own transaction."""

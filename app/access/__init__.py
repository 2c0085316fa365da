"""Who may do what: callers, rows and the decision, pure. ``store/access_sql.py`` compiles the same rows to SQL."""

"""Sources of user records, one module per kind of source."""

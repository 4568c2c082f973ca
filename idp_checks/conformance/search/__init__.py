"""Generate raw profiles and search for one that breaks a rule."""

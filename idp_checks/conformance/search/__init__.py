"""Search for raw profiles that break a rule: generation, per-rule experiments and shrinking."""

"""Known bugs that the conformance suite and the checks must catch."""

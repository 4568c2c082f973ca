"""Known bugs that the conformance suite and the token checks must catch."""

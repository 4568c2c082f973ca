"""Results of the conformance suite, one module per output form."""

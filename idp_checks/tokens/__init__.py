"""What issuers say about tokens: requests, responses, readings. No I/O."""

"""Ask issuers about tokens, over the network."""

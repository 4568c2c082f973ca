"""The normalized profile and the raw shapes it is read from."""

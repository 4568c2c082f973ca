"""The normalized profile, and the raw shapes that it is read from."""

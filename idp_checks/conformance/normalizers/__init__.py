"""Normalizers under test: Python functions, commands in other languages, and the rules they are exempt from."""

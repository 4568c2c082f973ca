"""Search evidence for secrets and email addresses before it is released."""

from __future__ import annotations

from pathlib import Path

from idp_checks.secret import Redactor

__all__ = ["find_leaks"]


def find_leaks(folder: Path, redactor: Redactor) -> tuple[str, ...]:
    """Search all files of a folder for known secrets in any encoding, token-like strings and email addresses.

    Returns:
        One description per affected file, without the secret.
    """
    leaks = []
    for file in sorted(folder.iterdir()):
        text = file.read_text("utf-8")
        if redactor.contains_secret(text):
            leaks.append(f"{file.name} contains a secret of this run")
        elif (kind := redactor.find_suspect(text)) is not None:
            article = "an" if kind[0] in "aeiou" else "a"
            leaks.append(f"{file.name} contains a string that looks like {article} {kind}")
    return tuple(leaks)

"""What the self-test tells of one historic bug: the form that both of its halves, profiles and tokens, answer in."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """A bug that once was, and the rules that catch it today.

    Attributes:
        id: the bug's own number, such as ``BUG-151``.
        title: the bug in a few words.
        mistake: the name of the function that makes it again; empty where none does.
        provider: the provider of ours that shows it.
        source: the change, report or page that tells of it.
        caught_by: the rules that object to it.
        how: what showed it: a recorded case, a generated one, or an example of its own.
        why_not: why no rule here can catch it, in one sentence; None where one does.
    """

    id: str
    title: str
    mistake: str
    provider: str
    source: str
    caught_by: tuple[str, ...] = ()
    how: str = ""
    why_not: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the bug is caught, or the row says why it cannot be."""
        return bool(self.caught_by) != bool(self.why_not)

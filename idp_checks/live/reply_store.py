"""Replies to the questions of a run, in an unnamed temporary file of the operating system."""

from __future__ import annotations

import sqlite3

import msgspec

from idp_checks.live.prepared_question import IssuerReply

__all__ = ["ReplyStore"]


class ReplyStore:
    """Redacted replies by the fingerprint of their question. Memory use does not grow with their number."""

    BATCH = 256
    FILTER_BYTES = 1 << 20
    """Size of the Bloom filter that saves most lookups of unknown fingerprints."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None)
        for setting in ("page_size = 16384", "journal_mode = OFF", "synchronous = OFF", "cache_size = -2048"):
            self._table.execute(f"PRAGMA {setting}")
        self._table.execute("CREATE TABLE replies (fingerprint BLOB PRIMARY KEY, reply BLOB)")
        self._table.execute("BEGIN")
        self._recent: dict[bytes, bytes] = {}
        self._filter = bytearray(self.FILTER_BYTES)
        self._encode = msgspec.json.Encoder().encode  # JSON, since MessagePack cannot represent all its numbers
        self._decode = msgspec.json.Decoder(IssuerReply).decode

    def get(self, fingerprint: bytes) -> IssuerReply | None:
        """Return the reply to a question; None if it has not been asked."""
        data = self._recent.get(fingerprint)
        if data is None and self._may_contain(fingerprint):
            row = self._table.execute("SELECT reply FROM replies WHERE fingerprint = ?", (fingerprint,)).fetchone()
            data = None if row is None else row[0]
        return None if data is None else self._decode(data)

    def put(self, fingerprint: bytes, reply: IssuerReply) -> None:
        """Store the reply to a question."""
        self._recent[fingerprint] = self._encode(reply)
        for bit in _filter_bits(fingerprint):
            self._filter[bit >> 3] |= 1 << (bit & 7)
        if len(self._recent) >= self.BATCH:
            self._table.executemany("INSERT OR REPLACE INTO replies VALUES (?, ?)", self._recent.items())
            self._recent.clear()

    def close(self) -> None:
        """Close the store, which deletes its file."""
        self._table.close()

    def _may_contain(self, fingerprint: bytes) -> bool:
        """Whether the table has to be searched."""
        return all(self._filter[bit >> 3] >> (bit & 7) & 1 for bit in _filter_bits(fingerprint))


def _filter_bits(fingerprint: bytes) -> tuple[int, int]:
    """Return the positions of a fingerprint's bits among the 2^23 of the Bloom filter."""
    number = int.from_bytes(fingerprint[:6], "little")
    return number & 0x7FFFFF, number >> 24 & 0x7FFFFF

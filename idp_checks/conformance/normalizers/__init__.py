"""Normalizers under test: functions, commands and adapters."""

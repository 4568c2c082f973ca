"""Audits: sources, policy and issuers to findings and sealed evidence."""

"""Asks hostile issuers with this package's own clients, and tabulates the results.

No altered response may be read as good or as a denial, unless ``families`` lists it with the reason.
"""

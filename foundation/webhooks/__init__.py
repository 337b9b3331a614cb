"""Telling other systems: signed webhooks from the outbox, sent by jobs, tried again, and given up in public."""

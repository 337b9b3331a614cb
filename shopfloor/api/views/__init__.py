"""Endpoints of the floor."""

"""Originals with hash and type, and what they are attached to."""

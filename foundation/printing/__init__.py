"""Typeset documents and labels, symbols written and read back, and the print queue."""

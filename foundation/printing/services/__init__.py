"""What other apps call of printing."""

from .labels import print_label, reprint_label

__all__ = ["print_label", "reprint_label"]

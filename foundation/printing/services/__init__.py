"""What other apps call of printing."""

from .labels import print_label

__all__ = ["print_label"]

"""What other apps call of printing."""

from .labels import LabelOf, print_label, print_labels, reprint_label

__all__ = ["LabelOf", "print_label", "print_labels", "reprint_label"]

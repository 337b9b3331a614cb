from .files import print_pdf, print_png
from .queue import print_detail, print_list, print_reprint

__all__ = ["print_detail", "print_list", "print_pdf", "print_png", "print_reprint"]

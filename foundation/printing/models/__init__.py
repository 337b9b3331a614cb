from .queue import PrintJob

__all__ = ["PrintJob"]

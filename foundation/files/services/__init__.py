"""What other apps call of files."""

from .originals import MAX_SIZE, keep_original

__all__ = ["MAX_SIZE", "keep_original"]

from .originals import Attachment, StoredFile

__all__ = ["Attachment", "StoredFile"]

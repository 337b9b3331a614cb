from .attachments import attachment_download

__all__ = ["attachment_download"]

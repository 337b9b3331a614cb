from .verifier import verification, verifier_download

__all__ = ["verification", "verifier_download"]

"""The demo plant and `make demo`: everything through the same services, gates and policies as the screens."""

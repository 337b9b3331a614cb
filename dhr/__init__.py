"""Device history records: completeness, exceptions, review, release, packages."""

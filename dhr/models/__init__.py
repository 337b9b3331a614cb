from .record import Addendum, AuditTrailReview, DeviceHistoryRecord, Package, RecordVersion, Release

__all__ = ["Addendum", "AuditTrailReview", "DeviceHistoryRecord", "Package", "RecordVersion", "Release"]

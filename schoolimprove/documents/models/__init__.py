from .blob import Blob, BlobDamaged, BlobScan, ScanState

__all__ = ["Blob", "BlobDamaged", "BlobScan", "ScanState"]

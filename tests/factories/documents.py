import hashlib

import factory

from schoolimprove.documents.models import Blob, BlobScan, ScanState


class BlobFactory(factory.django.DjangoModelFactory[Blob]):
    """A row alone; `Blob.objects.store` writes the file too."""

    class Meta:
        model = Blob

    sha256 = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    size = 1
    content_type = "application/pdf"


class BlobScanFactory(factory.django.DjangoModelFactory[BlobScan]):
    class Meta:
        model = BlobScan

    blob = factory.SubFactory(BlobFactory)
    state = ScanState.CLEAN

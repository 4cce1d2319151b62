"""The limits of this installation, from its settings."""

from app.core.settings import Settings
from app.domain.documents import FileLimits

_UNPACKED_PER_PACKED = 4


def limits_of(settings: Settings) -> FileLimits:
    return FileLimits(
        max_bytes=settings.file_max_bytes,
        image_max_bytes=min(settings.upload_image_max_bytes, settings.file_max_bytes),
        office_max_bytes=min(settings.upload_office_max_bytes, settings.file_max_bytes),
        max_pages=settings.upload_max_pages,
        max_pixels=settings.upload_max_pixels,
        max_unpacked_bytes=_UNPACKED_PER_PACKED * settings.upload_office_max_bytes,
    )

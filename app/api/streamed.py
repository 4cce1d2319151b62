"""Which requests may be larger than `max_body_bytes`, because their routes stream the body to disk or store.

Whoever adds a route of this kind adds its line here and reads the body by `app.api.multipart`, never by FastAPI's
own `File`, which would read it before the guard.
"""

import re

from app.api.middleware import LargeBody
from app.core.settings import Settings

_FORM_OVERHEAD = 64 * 1024
_FORMS = (r"/api/v1/dossiers/[^/]+/documents", r"/api/v1/scan-batches")
_COPIES = (r"/api/v1/verify/[^/]+", r"/v/[^/]+")
_COPY_BYTES = 64 * 1024 * 1024
_PIECES = r"/api/v1/uploads/[^/]+"


def bodies_of(settings: Settings) -> tuple[LargeBody, ...]:
    forms = [LargeBody("POST", re.compile(form), settings.upload_max_bytes + _FORM_OVERHEAD) for form in _FORMS]
    copies = [LargeBody("POST", re.compile(path), _COPY_BYTES) for path in _COPIES]
    return (*forms, *copies, LargeBody("PATCH", re.compile(_PIECES), settings.upload_max_bytes))

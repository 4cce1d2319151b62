"""Small pages for whoever scans a paper with a phone: no script, nothing from outside, Vietnamese first."""

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.types import Scope

from app.api.messages.core import MESSAGES

STYLE = """
body{font:18px/1.5 system-ui,sans-serif;margin:0;background:#f4f4f1;color:#1c1c1c}
main{max-width:40rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;padding:1rem;border-radius:.5rem;color:#fff;background:#1b6e36}
h1.no{background:#a0101c}h1 small{display:block;font-size:1rem;font-weight:normal}
dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem 1rem;background:#fff;padding:1rem;border-radius:.5rem}
dt{color:#555}dd{margin:0;overflow-wrap:anywhere}form,p{background:#fff;padding:1rem;border-radius:.5rem}
button{font:inherit;padding:.4rem 1rem;margin-top:.5rem}.en{color:#666;font-size:.9rem}
.rate{font-size:1.2rem}.rate fieldset{border:0;padding:0;margin:0 0 1rem}.rate legend{font-weight:bold;padding:0}
.choice{display:block;padding:.5rem 0 .5rem 2.2rem;text-indent:-2.2rem}
.choice input{width:1.4rem;height:1.4rem;vertical-align:middle}
textarea{font:inherit;width:100%;box-sizing:border-box}.rate button{width:100%;padding:.8rem}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PAGE_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGES_AND_DATA = ("/v/", "/api/v1/verify/")
"""Addresses that answer a browser with a page and everybody else with data."""


def wants_page(request: Request) -> bool:
    """Tell whether a browser asks: it names HTML, and JSON not before it."""
    accepted = request.headers.get("accept", "")
    page, data = accepted.find("text/html"), accepted.find("application/json")
    return page >= 0 and (data < 0 or page < data)


def too_large_page(scope: Scope) -> HTMLResponse | None:
    """Return the page for a body over the limit; None for who asks for data. Forms of `/r/…` are browsers' alone."""
    path = scope["path"]
    if not path.startswith("/r/") and not (path.startswith(_PAGES_AND_DATA) and wants_page(Request(scope))):
        return None
    told = paragraph("Hãy gửi nội dung ngắn hơn hoặc tệp nhỏ hơn.", "Send fewer words or a smaller file.")
    page = small_page("Nội dung quá lớn", headline(*MESSAGES["body_too_large"], good=False), told)
    return HTMLResponse(page, status_code=413, headers=PAGE_HEADERS)


def small_page(title: str, *parts: str) -> str:
    """Return the page of `parts`, which are markup already."""
    return (
        '<!doctype html><html lang="vi"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} – Một Cửa</title><style>{STYLE}</style><main>{''.join(parts)}</main></html>"
    )


def headline(vi: str, en: str, *, good: bool) -> str:
    return f'<h1 class="{"yes" if good else "no"}">{escape(vi)}<small>{escape(en)}</small></h1>'


def facts(pairs: Iterable[tuple[str, str | None]]) -> str:
    """Return names and values below each other; what has no value is left out."""
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs if value)
    return f"<dl>{listed}</dl>"


def paragraph(vi: str, en: str | None = None) -> str:
    told = "" if en is None else f' <span class="en">{escape(en)}</span>'
    return f"<p>{escape(vi)}{told}</p>"

"""Marks that machines read from paper, as SVG: QR codes and Code 128 barcodes, both with their quiet zones."""

import io

import segno
import zxingcpp

_QUIET_MODULES = 4


def qr_svg(text: str) -> str:
    """Return a QR code (ISO/IEC 18004) that survives a fold or a stamp: 15 % of it may be lost."""
    drawn = io.BytesIO()
    segno.make_qr(text, error="m", boost_error=False).save(
        drawn, kind="svg", border=_QUIET_MODULES, xmldecl=False, omitsize=True
    )
    return drawn.getvalue().decode()


def code128_svg(text: str) -> str:
    """Return a Code 128 barcode (ISO/IEC 15417) of ASCII `text`, such as a dossier's code."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    return str(barcode.to_svg(add_quiet_zones=True))

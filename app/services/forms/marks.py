"""Marks that machines read from paper, as SVG: QR codes and Code 128 barcodes, both with their quiet zones."""

import zxingcpp


def qr_svg(text: str) -> str:
    """Return a QR code (ISO/IEC 18004, level M) that survives a fold or a stamp: 15 % of it may be lost."""
    return _svg(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M"))


def code128_svg(text: str) -> str:
    """Return a Code 128 barcode (ISO/IEC 15417) of ASCII `text`, such as a dossier's code."""
    return _svg(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128))


def _svg(barcode: zxingcpp.Barcode) -> str:
    return str(barcode.to_svg(add_quiet_zones=True))

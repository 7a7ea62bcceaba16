"""QR codes: what a telephone would scan leads to the hosted page."""

import base64

import qrcode
from qrcode.image.svg import SvgPathImage


def svg(text: str) -> str:
    """Return a QR code of a text as an SVG document."""
    image = qrcode.make(text, image_factory=SvgPathImage)
    return str(image.to_string(), "utf-8")


def data_url(text: str) -> str:
    """Return the same as an address that holds the picture itself."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg(text).encode()).decode()}"

"""What every answer tells the browser, and the padding that keeps compression from telling too much."""

import secrets

from flask import request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PADDING_BYTES = 48
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


def init_app(app):
    """Add headers and padding to every answer."""

    @app.after_request
    def finish(response):
        response.headers.extend(ALWAYS)
        response.headers.setdefault("Cache-Control", "no-store")
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if response.mimetype == "text/html" and not response.direct_passthrough:
            # The length of a page that holds a form token must not tell what is in it (BREACH).
            padding = secrets.token_hex(secrets.randbelow(PADDING_BYTES))
            response.set_data(response.get_data() + f"<!--{padding}-->\n".encode())
        return response

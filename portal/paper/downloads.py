"""How a file that was made for one person is handed over."""

from flask import Response


def download(content, kind, name):
    """Return bytes as a file to keep, of a MIME type, that no cache keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, content_type=kind, headers=headers)

"""Responses with a file that was made for one person."""

from flask import Response


def download(content, kind, name):
    """Return bytes as a download of a MIME type that no cache stores."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, content_type=kind, headers=headers)

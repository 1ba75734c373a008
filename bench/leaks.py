"""What must not be found in the portal's output, in any encoding."""

import base64
import hashlib
from urllib.parse import quote


def disguises(secret):
    """Return the encodings in which a text could be hidden: plain, base 64 at any offset, hexadecimal, reversed, …"""
    plain = secret.encode()
    found = {plain, plain[::-1], plain.upper(), plain.lower(), secret.casefold().encode()[::-1]}
    found |= {quote(secret, safe="").encode(), quote(secret.replace(" ", "+"), safe="+").encode()}
    found |= {secret.encode("utf-16-le"), secret.encode("utf-16-be"), secret.encode("utf-32-le")}
    found |= {plain.hex().encode(), plain.hex().upper().encode(), ascii(secret)[1:-1].encode()}
    found |= set(_base64(plain)) | set(_base64(secret.encode("utf-16-le")))
    return {one for one in found if len(one) >= 6}


def unkeyed_digests(secret):
    """Return the digests of a text without a key, as bytes and in hexadecimal."""
    found = set()
    for text in {secret, secret.upper(), secret.lower(), secret.strip()}:
        for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s", "sha3_256"):
            digest = hashlib.new(name, text.encode())
            found |= {digest.digest(), digest.hexdigest().encode(), base64.b64encode(digest.digest()).rstrip(b"=")}
    return found


def found_in(files, secrets):
    """Return (name of the file, secret) of every secret found in files, a mapping of name to bytes, in any encoding."""
    hidden = {secret: disguises(secret) | unkeyed_digests(secret) for secret in secrets}
    return [
        (name, secret)
        for name, data in files.items()
        for secret, ways in hidden.items()
        if any(way in data for way in ways)
    ]


def _base64(plain):
    """Yield the base 64 of any text that contains these bytes, at each of the three offsets."""
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + plain).rstrip(b"=")
        inner = coded[(offset * 8 + 5) // 6 :]
        inner = inner[:-1] if (offset + len(plain)) % 3 else inner
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))

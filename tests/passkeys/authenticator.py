"""An authenticator that creates and uses passkeys, down to the bytes: like a phone, with every step changeable."""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from struct import pack

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40
ORIGIN, HOST = "http://localhost:8000", "localhost"


def coded(data):
    """Bytes encoded for JSON."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    """The bytes decoded."""
    return urlsafe_b64decode(text + "==")


class Authenticator:
    """One passkey. flags, origin, host and count are its own claims, and can be changed between uses."""

    def __init__(self):
        self.key, self.credential_id = generate_private_key(SECP256R1()), os.urandom(32)
        self.user_handle, self.count = None, 0
        self.origin, self.host, self.flags = ORIGIN, HOST, PRESENT | VERIFIED

    def make(self, options):
        """Respond to the options for creating a passkey."""
        asked = json.loads(options)
        self.user_handle = decoded(asked["user"]["id"])
        data = self._data(HAS_KEY) + bytes(16) + pack(">H", len(self.credential_id)) + self.credential_id
        attested = {"fmt": "none", "attStmt": {}, "authData": data + cbor2.dumps(self._public_key())}
        return self._answer(
            clientDataJSON=self._client_data("webauthn.create", asked), attestationObject=cbor2.dumps(attested)
        )

    def use(self, options):
        """Respond to the options for logging in; the count advances."""
        self.count += 1
        client_data, data = self._client_data("webauthn.get", json.loads(options)), self._data()
        signature = self.key.sign(data + sha256(client_data).digest(), ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=client_data, authenticatorData=data, signature=signature, userHandle=self.user_handle
        )

    def _answer(self, **parts):
        name = coded(self.credential_id)
        response = {part: coded(data) for part, data in parts.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def _client_data(self, kind, asked):
        return json.dumps({"type": kind, "challenge": asked["challenge"], "origin": self.origin}).encode()

    def _data(self, more=0):
        return sha256(self.host.encode()).digest() + pack(">BI", self.flags | more, self.count)

    def _public_key(self):
        point = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}

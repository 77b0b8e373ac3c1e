"""Verifies a webhook with nothing but Python. Run: python3 verify.py SECRET ID TIMESTAMP SIGNATURE < body"""

import base64
import hashlib
import hmac
import re
import sys
import time

TOLERANCE_SECONDS = 5 * 60


def verify(secret: str, id: str, timestamp: str, signature: str, body: bytes) -> bool:
    """`body` exactly as it was received."""
    if not re.fullmatch("[0-9]{1,15}", timestamp) or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    # With a secret that was left empty everybody can sign.
    if not key:
        return False
    digest = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    # While a secret is being changed there is one signature for each of the two.
    return any(hmac.compare_digest(each, expected) for each in signature.encode().split(b" "))


if __name__ == "__main__":
    good = verify(*sys.argv[1:5], sys.stdin.buffer.read())
    print("verified" if good else "refused")
    sys.exit(0 if good else 1)

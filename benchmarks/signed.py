"""Measure the verification of a signed token as a ratio to ``jwt.decode`` of PyJWT, both measured in turns.

The measured question includes the token, the cached key set, the rules and the reading; ``jwt.decode`` gets a ready key
and verifies signature, issuer, audience and times. Bar: at most 1.5, for RSA and elliptic-curve keys.

    python benchmarks/signed.py
"""

from __future__ import annotations

import json
import sys
import timeit
from datetime import UTC, datetime

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from idp_checks.secret import Secret
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.signed import SignedToken, TokenRules
from idp_checks.tokens.steps import drive
from idp_checks.tokens.wire import Response

BAR = 1.5
ROUNDS, REPEATS = 500, 9
ISSUER, AUDIENCE = "https://op.example.com", "https://api.example.com"
KEYS = {
    "RS256": (rsa.generate_private_key(public_exponent=65537, key_size=2048), jwt.algorithms.RSAAlgorithm),
    "ES256": (ec.generate_private_key(ec.SECP256R1()), jwt.algorithms.ECAlgorithm),
}
RULES = TokenRules(issuers=(ISSUER,), algorithms=("RS256", "ES256"))
ENDPOINT = SignedToken(url=f"{ISSUER}/keys", rules=RULES, source=ISSUER)


def verify(token: Secret, asked_at: datetime, key_set: Response) -> Reading:
    question = Question(provider="oidc", token=token, asked_at=asked_at)
    return drive(ENDPOINT.steps(question), lambda request: key_set)


def make_key_set() -> Response:
    keys = [
        {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": name} for name, (key, algorithm) in KEYS.items()
    ]
    return Response(200, {}, json.dumps({"keys": keys}).encode())


def make_claims(now: int) -> dict[str, object]:
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "500011112222",
        "client_id": "client-a",
        "azp": "client-a",
        "scope": "openid profile email",
        "iat": now - 60,
        "exp": now + 36000,
        "jti": "0a1b2c3d",
    }


def measure(name: str, asked_at: datetime, key_set: Response) -> tuple[float, float]:
    """Return the microseconds of ``jwt.decode`` and of the whole question."""
    key, _ = KEYS[name]
    headers = {"kid": name, "typ": "at+jwt"}
    token = jwt.encode(make_claims(int(asked_at.timestamp())), key, algorithm=name, headers=headers)
    secret, public_key = Secret(token), key.public_key()
    if verify(secret, asked_at, key_set).active is not True:
        raise AssertionError("the token is not good")

    def decode() -> object:
        return jwt.decode(token, public_key, algorithms=[name], audience=AUDIENCE, issuer=ISSUER)

    decode_times, question_times = [], []
    for _ in range(REPEATS):  # in turns, so that a slow moment of the machine affects both
        decode_times.append(timeit.timeit(decode, number=ROUNDS))
        question_times.append(timeit.timeit(lambda: verify(secret, asked_at, key_set), number=ROUNDS))
    return min(decode_times) / ROUNDS * 1e6, min(question_times) / ROUNDS * 1e6


def main() -> int:
    asked_at, key_set = datetime.now(UTC), make_key_set()
    all_hold = True
    for name in KEYS:
        decode, question = measure(name, asked_at, key_set)
        ratio = question / decode
        holds = ratio <= BAR
        all_hold = all_hold and holds
        print(
            f"{name}: jwt.decode {decode:6.1f} us, question {question:6.1f} us: {ratio:.2f}   "
            f"bar: at most {BAR}, {'holds' if holds else 'MISSED'}"
        )
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main())

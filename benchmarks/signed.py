"""What the check of a signed token costs, as a ratio to PyJWT's own check with a ready key, both taken in one run.

Ours is the whole question: the token, the key set as it is held, the rules and the reading. At most 1.5 times
``jwt.decode`` (signature, issuer, audience, times), with keys of RSA and of an elliptic curve alike.

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
from idp_checks.tokens.signed import SignedToken
from idp_checks.tokens.wire import Response

BAR = 1.5
ROUNDS, REPEATS = 500, 9
ISSUER, AUDIENCE = "https://op.example.com", "https://api.example.com"
KEYS = {
    "RS256": (rsa.generate_private_key(public_exponent=65537, key_size=2048), jwt.algorithms.RSAAlgorithm),
    "ES256": (ec.generate_private_key(ec.SECP256R1()), jwt.algorithms.ECAlgorithm),
}
ENDPOINT = SignedToken(url=f"{ISSUER}/keys", issuers=(ISSUER,), algorithms=("RS256", "ES256"), source=ISSUER)


def asked(token: Secret, at: datetime, held: Response):
    steps = ENDPOINT.steps(Question(provider="oauth2", token=token, asked_at=at))
    next(steps)
    try:
        steps.send(held)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("asked for more than its key set")


def main() -> int:
    at = datetime.now(UTC)
    now = int(at.timestamp())
    claims = {
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
    body = {"keys": [{**made.to_jwk(key.public_key(), as_dict=True), "kid": alg} for alg, (key, made) in KEYS.items()]}
    held = Response(200, {}, json.dumps(body).encode())
    over = False
    for alg, (key, _) in KEYS.items():
        token = jwt.encode(claims, key, algorithm=alg, headers={"kid": alg, "typ": "at+jwt"})
        secret, public = Secret(token), key.public_key()
        if asked(secret, at, held).active is not True:
            raise AssertionError("a good token must be good")
        theirs, ours = [], []
        for _ in range(REPEATS):  # taken in turns, so that a slower moment of the machine meets both
            theirs.append(
                timeit.timeit(
                    lambda t=token, k=public, a=alg: jwt.decode(t, k, algorithms=[a], audience=AUDIENCE, issuer=ISSUER),
                    number=ROUNDS,
                )
            )
            ours.append(timeit.timeit(lambda s=secret: asked(s, at, held), number=ROUNDS))
        base, cost = min(theirs) / ROUNDS * 1e6, min(ours) / ROUNDS * 1e6
        ratio = cost / base
        over |= ratio > BAR
        print(f"{alg}: jwt.decode {base:6.1f} us, the whole question {cost:6.1f} us: {ratio:.2f} (bar {BAR})")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Payments that are signed, as a wallet signs them: USDC on Base Sepolia by
EIP-3009 (EIP-712 over Keccak-256, ECDSA over secp256k1). Written from the
standards and with nothing of the engine's, so that both can be wrong only
apart. Slow: some milliseconds each."""
import base64
import json
import time

P = 2 ** 256 - 2 ** 32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)
ROTATIONS = [[0, 36, 3, 41, 18], [1, 44, 10, 45, 2], [62, 6, 43, 15, 61],
             [28, 55, 25, 21, 56], [27, 20, 39, 8, 14]]
LANE = 2 ** 64 - 1
CHAIN = 84532
ASSET = "0x036CbD53842c5426634e7929541eC2318f3dCF7e"
PAY_TO = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"


# ---- Keccak-256 ----

def turn(lane, by):
    return (lane << by | lane >> (64 - by)) & LANE if by else lane


def permute(a):
    lfsr = 1
    for _ in range(24):
        c = [a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4]
             for x in range(5)]
        d = [c[x - 1] ^ turn(c[(x + 1) % 5], 1) for x in range(5)]
        a = [[a[x][y] ^ d[x] for y in range(5)] for x in range(5)]
        b = [[0] * 5 for _ in range(5)]
        for x in range(5):
            for y in range(5):
                b[y][(2 * x + 3 * y) % 5] = turn(a[x][y], ROTATIONS[x][y])
        a = [[b[x][y] ^ (~b[(x + 1) % 5][y] & b[(x + 2) % 5][y])
              for y in range(5)] for x in range(5)]
        for j in range(7):
            if lfsr & 1:
                a[0][0] ^= 1 << (2 ** j - 1)
            lfsr = lfsr << 1 ^ (0x171 if lfsr & 0x80 else 0)
    return a


def keccak(data):
    rate = 136
    data += b"\1" + bytes(rate - len(data) % rate - 1)
    data = data[:-1] + bytes([data[-1] | 0x80])
    a = [[0] * 5 for _ in range(5)]
    for block in range(0, len(data), rate):
        for i in range(rate // 8):
            at = block + 8 * i
            a[i % 5][i // 5] ^= int.from_bytes(data[at:at + 8], "little")
        a = permute(a)
    return b"".join(a[i % 5][i // 5].to_bytes(8, "little")
                    for i in range(4))


# ---- secp256k1 ----

def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = 3 * p[0] * p[0] * pow(2 * p[1], -1, P) % P
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P) % P
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def times(k, p):
    out = None
    while k:
        if k & 1:
            out = add(out, p)
        p = add(p, p)
        k >>= 1
    return out


def address(key):
    x, y = times(key, G)
    return "0x" + keccak(word(x) + word(y))[12:].hex()


def sign(key, digest):
    z = int.from_bytes(digest, "big")
    k = int.from_bytes(keccak(word(key) + digest), "big") % N
    x, y = times(k, G)
    r = x % N
    s = pow(k, -1, N) * (z + r * key) % N
    odd = y & 1
    if s > N // 2:
        s, odd = N - s, odd ^ 1
    return "0x" + (word(r) + word(s) + bytes([27 + odd])).hex()


# ---- EIP-712 ----

def word(value):
    if isinstance(value, str):
        value = int(value, 16) if value.startswith("0x") else int(value)
    return value.to_bytes(32, "big")


def structure(kind, *words):
    return keccak(keccak(kind.encode()) + b"".join(words))


def typed(domain, message):
    return keccak(b"\x19\x01" + domain + message)


def usdc_domain():
    return structure(
        "EIP712Domain(string name,string version,uint256 chainId,"
        "address verifyingContract)", keccak(b"USDC"), keccak(b"2"),
        word(CHAIN), word(ASSET))


def authorization(key, nonce, lasts=280, value="10000"):
    """An EIP-3009 authorization and its signature."""
    fields = {"from": address(key), "to": PAY_TO, "value": value,
              "validAfter": "0", "validBefore": str(int(time.time()) + lasts),
              "nonce": "0x%064x" % nonce}
    message = structure(
        "TransferWithAuthorization(address from,address to,uint256 value,"
        "uint256 validAfter,uint256 validBefore,bytes32 nonce)",
        *(word(v) for v in fields.values()))
    return fields, sign(key, typed(usdc_domain(), message))


def header(fields, signature, amount="10000", **more):
    return base64.b64encode(json.dumps({
        "x402Version": 2,
        "payload": {"signature": signature, "authorization": fields},
        "accepted": {"scheme": "exact", "network": f"eip155:{CHAIN}",
                     "amount": amount, "asset": ASSET, "payTo": PAY_TO,
                     "maxTimeoutSeconds": 300,
                     "extra": {"name": "USDC", "version": "2"}},
        **more}).encode()).decode()


def payment(key, nonce, **more):
    """A PAYMENT-SIGNATURE of 10000 that is proven by its signature."""
    return header(*authorization(key, nonce), **more)

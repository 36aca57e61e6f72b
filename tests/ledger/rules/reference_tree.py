"""A second implementation of the tree, written from RFC 6962 section 2.1 and RFC 9162 section 2.1, word for word.

It shares no line with the product: data, not hashes of leaves, and the recursive definitions of MTH, PATH and PROOF.
"""

from hashlib import sha256


def mth(data: list[bytes]) -> bytes:
    """MTH(D[n])."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = below(len(data))
    return sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def below(n: int) -> int:
    """The largest power of two smaller than n: k < n <= 2k."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def path(m: int, data: list[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    n = len(data)
    if n == 1:
        return []
    k = below(n)
    if m < k:
        return [*path(m, data[:k]), mth(data[k:])]
    return [*path(m - k, data[k:]), mth(data[:k])]


def proof(m: int, data: list[bytes]) -> list[bytes]:
    """PROOF(m, D[n])."""
    return subproof(m, data, True)


def subproof(m: int, data: list[bytes], is_whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    n = len(data)
    if m == n:
        return [] if is_whole else [mth(data)]
    k = below(n)
    if m <= k:
        return [*subproof(m, data[:k], is_whole), mth(data[k:])]
    return [*subproof(m - k, data[k:], False), mth(data[:k])]

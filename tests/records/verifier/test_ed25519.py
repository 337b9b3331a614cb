"""Ed25519 verification. Vectors: RFC 8032, section 7.1."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.records.verifier.verify import ORDER, ed25519_verify

ABC_HASH = hashlib.sha512(b"abc").hexdigest()
VECTORS = [
    (  # TEST 1: empty message
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (  # TEST 2
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (  # TEST 3
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (  # TEST SHA(abc)
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        ABC_HASH,
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard(public, message, signature):
    assert ed25519_verify(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_one_bit_off_anywhere_is_refused(public, message, signature):
    key, text, sign = bytes.fromhex(public), bytes.fromhex(message), bytearray.fromhex(signature)
    assert not ed25519_verify(key, text + b"\0", bytes(sign))
    for place in (0, 31, 32, 63):
        sign[place] ^= 1
        assert not ed25519_verify(key, text, bytes(sign))
        sign[place] ^= 1


def test_a_second_form_of_the_same_signature_is_refused():
    """s + L would satisfy the equation too (5.1.7, step 1)."""
    public, message, signature = (bytes.fromhex(part) for part in VECTORS[1])
    s = int.from_bytes(signature[32:], "little") + ORDER
    assert not ed25519_verify(public, message, signature[:32] + s.to_bytes(32, "little"))


def test_what_is_not_a_key_or_signature_is_refused():
    public, message, signature = (bytes.fromhex(part) for part in VECTORS[1])
    assert not ed25519_verify(public[:31], message, signature)
    assert not ed25519_verify(public, message, signature[:63])
    assert not ed25519_verify(b"\xff" * 32, message, signature)  # y >= p


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_agrees_with_a_library_that_is_used_everywhere(seed, message):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    assert ed25519_verify(key.public_key().public_bytes_raw(), message, key.sign(message))

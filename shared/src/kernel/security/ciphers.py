"""The ciphers that values are sealed with: AES-256-GCM, or SM4-GCM (国密, RFC 8998) where that is asked for."""

import hashlib
import hmac
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TAG_BYTES: Final = 16
_SM4_KEY_BYTES: Final = 16
_SM4_PURPOSE: Final = b"onestop sm4-gcm key\x01"


class SealCipher(StrEnum):
    """Which cipher seals new values; each sealed value says which one it was sealed with."""

    AES_256_GCM = "aes-256-gcm"
    SM4_GCM = "sm4-gcm"


def encrypt(cipher: SealCipher, key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Ciphertext and tag. ``key`` has 32 bytes for either cipher, ``nonce`` 12."""
    if cipher is SealCipher.AES_256_GCM:
        return AESGCM(key).encrypt(nonce, plaintext, aad)
    encryptor = Cipher(algorithms.SM4(sm4_key(key)), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    return encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


def decrypt(cipher: SealCipher, key: bytes, nonce: bytes, ciphertext: bytes, aad: bytes) -> bytes:
    """What ``encrypt`` was given; raises cryptography's InvalidTag where anything does not match."""
    if cipher is SealCipher.AES_256_GCM:
        return AESGCM(key).decrypt(nonce, ciphertext, aad)
    content, tag = ciphertext[:-TAG_BYTES], ciphertext[-TAG_BYTES:]
    decryptor = Cipher(algorithms.SM4(sm4_key(key)), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(aad)
    return decryptor.update(content) + decryptor.finalize()


def sm4_key(key: bytes) -> bytes:
    """SM4's 16 bytes out of a key of 32: one step of HKDF-Expand, so that no key serves two ciphers."""
    return hmac.digest(key, _SM4_PURPOSE, hashlib.sha256)[:_SM4_KEY_BYTES]

"""Security: who calls (bearer tokens and roles) and how personal data is kept (encryption and keyed hashes)."""

from kernel.security.authenticator import Authenticator
from kernel.security.ciphers import SealCipher
from kernel.security.encryption import SealBrokenError, Sealer, WrappedKey
from kernel.security.issuer import Issuer
from kernel.security.key_ring import KeyRing, KeyTextError, KeyUnknownError
from kernel.security.principal import ROLES_BEYOND_A_TOWNSHIP, Principal, Role
from kernel.security.private_files import SecretFileError
from kernel.security.public_keys import PublicKeys
from kernel.security.rejections import KeysUnavailableError, TokenFault, TokenRejectedError

__all__ = [
    "ROLES_BEYOND_A_TOWNSHIP",
    "Authenticator",
    "Issuer",
    "KeyRing",
    "KeyTextError",
    "KeyUnknownError",
    "KeysUnavailableError",
    "Principal",
    "PublicKeys",
    "Role",
    "SealBrokenError",
    "SealCipher",
    "Sealer",
    "SecretFileError",
    "TokenFault",
    "TokenRejectedError",
    "WrappedKey",
]

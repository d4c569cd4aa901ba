"""The embedded issuer: its key is private, made once, and only its public half leaves."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kernel.security import Issuer, Role, SecretFileError
from kernel.security.issuer import KEY_FILE


def test_the_key_is_made_for_its_owner_only_and_used_again(tmp_path: Path) -> None:
    first = Issuer.in_folder(tmp_path / "keys")
    again = Issuer.in_folder(tmp_path / "keys")
    assert first.jwks() == again.jwks()
    assert stat.S_IMODE((tmp_path / "keys" / KEY_FILE).stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "keys").iterdir()] == [KEY_FILE]


def test_many_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        issuers = list(pool.map(lambda _: Issuer.in_folder(tmp_path), range(8)))
    assert len({json.dumps(issuer.jwks()) for issuer in issuers}) == 1


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    Issuer.in_folder(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(SecretFileError, match="set it to 0600"):
        Issuer.in_folder(tmp_path)


def test_the_public_document_does_not_hold_the_private_key(tmp_path: Path) -> None:
    issuer = Issuer.in_folder(tmp_path)
    private = json.loads((tmp_path / KEY_FILE).read_text())["d"]
    assert private not in json.dumps(issuer.jwks())


@pytest.mark.parametrize("role", [Role.HOSPITAL, Role.DEPARTMENT])
def test_a_hospital_or_department_token_must_name_its_organisation(tmp_path: Path, role: Role) -> None:
    with pytest.raises(ValueError, match="must name an organisation"):
        Issuer.in_folder(tmp_path).issue(role, "x", None, 60, 0)


@pytest.mark.parametrize("code", ["445202", "44520200", "4452020011", "445202abc", "４４５２０２００１", "445202001\n"])
def test_a_township_token_names_its_nine_digits(tmp_path: Path, code: str) -> None:
    with pytest.raises(ValueError, match="nine-digit code"):
        Issuer.in_folder(tmp_path).issue(Role.TOWNSHIP, "x", code, 60, 0)
    with pytest.raises(ValueError, match="names no others"):
        Issuer.in_folder(tmp_path).issue(Role.TOWNSHIP, "x", "445202001", 60, 0, divisions=["445202"])

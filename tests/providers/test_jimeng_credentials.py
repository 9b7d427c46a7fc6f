"""A key pair is found where the vendor's tools keep it, and never told."""

import json
from pathlib import Path

import pytest

from pipeline.errors import CredentialsError, ExitCode
from pipeline.providers.jimeng.credentials import load_credentials

CANARY = "CANARY"


def _ini(home: Path, text: str) -> None:
    (home / ".volc").mkdir(exist_ok=True)
    (home / ".volc" / "credentials").write_text(text, encoding="utf-8")


def _config(home: Path, text: str) -> None:
    (home / ".volc").mkdir(exist_ok=True)
    (home / ".volc" / "config").write_text(text, encoding="utf-8")


def test_nothing_set_up_is_none(tmp_path: Path) -> None:
    assert load_credentials({}, tmp_path) is None
    assert load_credentials({"VOLC_ACCESSKEY": "", "VOLC_SECRETKEY": " "}, tmp_path) is None


def test_the_environment_wins_over_files(tmp_path: Path) -> None:
    _ini(tmp_path, "[default]\naccess_key_id = b\nsecret_access_key = c\n")

    plain = load_credentials({"VOLC_ACCESSKEY": " AK ", "VOLC_SECRETKEY": "SK==\n"}, tmp_path)
    temporary = load_credentials(
        {"VOLC_ACCESSKEY": "AK", "VOLC_SECRETKEY": "SK", "VOLC_SESSION_TOKEN": "T"}, tmp_path
    )

    assert plain is not None
    assert (plain.access_key, plain.secret_key, plain.session_token) == ("AK", "SK==", None)
    assert temporary is not None
    assert temporary.session_token == "T"


def test_the_ini_file_wins_over_the_json_file(tmp_path: Path) -> None:
    _ini(
        tmp_path,
        "[default]\naccess_key_id = AK\nsecret_access_key = S%K=\nsession_token = T\n[other]\nx = 1\n",
    )
    _config(tmp_path, "no JSON at all")

    found = load_credentials({}, tmp_path)

    assert found is not None
    assert (found.access_key, found.secret_key, found.session_token) == ("AK", "S%K=", "T")


@pytest.mark.parametrize(
    "names", [("ak", "sk", "session_token"), ("VOLC_ACCESSKEY", "VOLC_SECRETKEY", "VOLC_SESSION_TOKEN")]
)
def test_the_json_file_is_read_with_the_keys_of_either_tool(
    tmp_path: Path, names: tuple[str, str, str]
) -> None:
    access, secret, token = names

    _config(tmp_path, "\ufeff" + json.dumps({access: "AK", secret: "SK", token: "T", "region": "cn-north-1"}))
    temporary = load_credentials({}, tmp_path)
    _config(tmp_path, json.dumps({access: "AK", secret: "SK"}))
    plain = load_credentials({}, tmp_path)

    assert temporary is not None
    assert (temporary.access_key, temporary.secret_key, temporary.session_token) == ("AK", "SK", "T")
    assert plain is not None
    assert plain.session_token is None


@pytest.mark.parametrize(
    ("there", "lacking"), [("VOLC_ACCESSKEY", "VOLC_SECRETKEY"), ("VOLC_SECRETKEY", "VOLC_ACCESSKEY")]
)
def test_half_a_pair_is_refused_and_the_other_half_named(tmp_path: Path, there: str, lacking: str) -> None:
    with pytest.raises(CredentialsError) as raised:
        load_credentials({there: CANARY}, tmp_path)

    assert raised.value.message == f"{there} is set but {lacking} is not; both are needed"
    assert raised.value.exit_code is ExitCode.CREDENTIALS


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("credentials", f"access_key_id = {CANARY}\n", "it is no INI file"),
        ("credentials", f"[default]\n{CANARY}\n", "it is no INI file"),
        ("credentials", f"[default]\na = {CANARY}\na = {CANARY}\n", "it is no INI file"),
        ("credentials", f"[other]\naccess_key_id = {CANARY}\n", "it has no section [default]"),
        (
            "credentials",
            f"[default]\naccess_key_id = {CANARY}\n",
            "needs both access_key_id and secret_access_key",
        ),
        ("config", f'{{"ak": "{CANARY}", ', "it is no JSON"),
        ("config", f'["{CANARY}"]', "it is no JSON object"),
        ("config", f'{{"ak": "{CANARY}"}}', "it needs both ak and sk"),
        ("config", f'{{"ak": "{CANARY}", "sk": 5}}', "it needs both ak and sk"),
    ],
)
def test_a_broken_file_is_refused_without_a_word_of_what_is_in_it(
    tmp_path: Path, file: str, text: str, said: str
) -> None:
    (_ini if file == "credentials" else _config)(tmp_path, text)

    with pytest.raises(CredentialsError) as raised:
        load_credentials({}, tmp_path)

    error = raised.value
    assert said in error.message
    assert str(tmp_path / ".volc" / file) in error.message
    assert error.__suppress_context__
    assert CANARY not in f"{error.message} {error.next_step}"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    _ini(tmp_path, "")
    (tmp_path / ".volc" / "credentials").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(CredentialsError, match="cannot be read as UTF-8 text"):
        load_credentials({}, tmp_path)


@pytest.mark.parametrize("secret", [f"{CANARY} 2", f"{CANARY}龙", f"{CANARY}\n2"])
def test_a_pair_that_no_header_can_carry_is_refused_and_not_shown(tmp_path: Path, secret: str) -> None:
    with pytest.raises(CredentialsError) as raised:
        load_credentials({"VOLC_ACCESSKEY": "AK", "VOLC_SECRETKEY": secret}, tmp_path)

    assert "from the environment has spaces or characters" in raised.value.message
    assert CANARY not in raised.value.message


def test_credentials_do_not_show_themselves(tmp_path: Path) -> None:
    found = load_credentials({"VOLC_ACCESSKEY": CANARY, "VOLC_SECRETKEY": CANARY}, tmp_path)

    assert CANARY not in repr(found)

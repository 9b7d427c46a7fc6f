"""Every code that can reach an author has words for it."""

import pytest

from pipeline.providers.errors import OwnCode, explain

VENDOR_CODES = [
    "50200",
    "50204",
    "50215",
    "50218",
    "50400",
    "50411",
    "50412",
    "50413",
    "50429",
    "50430",
    "50500",
    "50501",
    "50511",
    "50512",
    "50518",
    "50519",
    "50520",
    "50521",
    "50522",
    "MissingParameter",
    "MissingAuthenticationToken",
    "MissingRequestInfo",
    "MissingSignature",
    "InvalidTimestamp",
    "ServiceNotFound",
    "InvalidActionOrVersion",
    "InvalidAccessKey",
    "SignatureDoesNotMatch",
    "LackPolicy",
    "AccessDenied",
    "InternalError",
    "FailToConnect",
    "InternalServiceTimeout",
    "InvalidAuthorization",
    "InvalidCredential",
    "InvalidSecretToken",
]


@pytest.mark.parametrize("code", [*OwnCode, *VENDOR_CODES])
def test_a_known_code_has_a_meaning_and_a_next_step_of_its_own(code: str) -> None:
    explanation = explain(code)

    assert explanation != explain("59999")
    assert explanation.meaning.endswith(".")
    assert explanation.advice.endswith(".")


def test_an_undocumented_code_is_still_explained() -> None:
    assert "not documented" in explain("59999").meaning

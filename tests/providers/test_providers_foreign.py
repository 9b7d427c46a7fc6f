"""No exception of the network libraries is without a code."""

import http.client
import socket
import ssl
from types import ModuleType

import pytest
import requests.exceptions  # noqa: TID251 - its classes are what is tested
import urllib3.exceptions

from pipeline.providers import foreign
from pipeline.providers.errors import OwnCode


def _classes(module: ModuleType) -> list[type[Exception]]:
    return [
        one
        for one in vars(module).values()
        if isinstance(one, type)
        and issubclass(one, Exception)
        and not issubclass(one, Warning)
        and one.__module__ == module.__name__
    ]


@pytest.mark.parametrize("kind", [*_classes(requests.exceptions), *_classes(urllib3.exceptions)])
def test_every_exception_class_of_the_libraries_has_its_own_line(kind: type[Exception]) -> None:
    assert (kind in foreign.SPECIFIC) != (kind in foreign.VAGUE)


def test_the_first_specific_class_counts_from_the_outside_in() -> None:
    inside = urllib3.exceptions.ProtocolError("aborted", http.client.RemoteDisconnected("gone"))

    assert foreign.code_of(requests.exceptions.ConnectionError(inside)) == OwnCode.RESET


def test_a_wrapper_with_nothing_inside_speaks_for_itself() -> None:
    assert foreign.code_of(urllib3.exceptions.ProtocolError("odd")) == OwnCode.BAD_HTTP


def test_a_subclass_is_what_its_nearest_class_is() -> None:
    assert foreign.code_of(ConnectionResetError()) == OwnCode.RESET
    assert foreign.code_of(http.client.BadStatusLine("x")) == OwnCode.BAD_HTTP
    assert foreign.code_of(ssl.SSLCertVerificationError()) == OwnCode.TLS
    assert foreign.code_of(socket.gaierror()) == OwnCode.DNS
    assert foreign.code_of(PermissionError()) == OwnCode.NETWORK


def test_an_exception_that_nobody_listed_is_a_network_failure() -> None:
    assert foreign.code_of(ZeroDivisionError()) == OwnCode.NETWORK


def test_a_chain_that_bites_its_tail_ends() -> None:
    first, second = requests.exceptions.ConnectionError(), requests.exceptions.ConnectionError()
    first.args, second.args = (second,), (first,)

    assert foreign.code_of(first) == OwnCode.NETWORK


def test_only_the_system_s_own_words_are_passed_on() -> None:
    refused = ConnectionRefusedError(111, "Connection refused")
    telling = requests.exceptions.ConnectionError("https://host/?sign=secret")

    assert foreign.cause_words(requests.exceptions.ConnectionError(refused)) == (
        "ConnectionRefusedError: Connection refused"
    )
    assert foreign.cause_words(telling) == "ConnectionError"

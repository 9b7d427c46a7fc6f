"""Fixtures of the provider tests."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.providers.jimeng.client import JimengProvider, Timeouts
from pipeline.providers.transport import Transport
from tests.providers.fault_server import FaultServer
from tests.providers.jimeng_bench import KEYS, PATIENT, Clock, Connect


@pytest.fixture
def transport() -> Iterator[Transport]:
    transport = Transport()
    yield transport
    transport.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 and api.invalid, and its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test"
    )
    names = "subjectAltName=IP:127.0.0.1,DNS:api.invalid"
    subprocess.run(
        [*command.split(), "-addext", names, "-keyout", str(path), "-out", f"{path}.crt"],
        capture_output=True,
        check=True,
    )
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes providers and closes them."""
    made: list[JimengProvider] = []

    def make(server: FaultServer, timeouts: Timeouts = PATIENT) -> JimengProvider:
        made.append(JimengProvider(server.url, KEYS, timeouts=timeouts, now=Clock()))
        return made[-1]

    yield make
    for provider in made:
        provider.close()

"""What the tests of the transport share."""

import io
from dataclasses import replace

from pipeline.providers.addresses import Reach
from pipeline.providers.transport import Head, Limits, Lost, Outgoing, Transport

LIMITS = Limits(connect=0.5, total=0.3, max_bytes=10_000)
PATIENT = replace(LIMITS, connect=5.0, total=10.0)
SECRET = "canary-1234"


def post(
    transport: Transport, url: str, limits: Limits = PATIENT, *, own_connection: bool = False
) -> Head | Lost:
    request = Outgoing(url=f"{url}/?sign={SECRET}", headers={"Authorization": SECRET}, body=b"{}")
    return transport.send(
        request, io.BytesIO(), reach=Reach.ANYWHERE, limits=limits, own_connection=own_connection
    )


def lost_of(answer: Head | Lost) -> Lost:
    assert isinstance(answer, Lost)
    assert SECRET not in repr(answer)
    return answer

"""Bodies as Jimeng and its gateway write them, and the names of its refusals."""

import json

PNG = b"\x89PNG\r\n\x1a\n"
AUTH = (
    "MissingAuthenticationToken MissingSignature InvalidAccessKey SignatureDoesNotMatch LackPolicy "
    "AccessDenied InvalidAuthorization InvalidCredential InvalidSecretToken"
)


def business(code: object, **changes: object) -> bytes:
    body = {
        "code": code,
        "data": None,
        "message": "words",
        "request_id": "r1",
        "status": code,
        "time_elapsed": "1.2ms",
    }
    return json.dumps({**body, **changes}).encode()


def gateway(code: object) -> bytes:
    error = {"CodeN": 100010, "Code": code, "Message": "words"}
    return json.dumps({"ResponseMetadata": {"RequestId": "r2", "Error": error}}).encode()


def polled(data: object) -> bytes:
    return business(10000, data=data)

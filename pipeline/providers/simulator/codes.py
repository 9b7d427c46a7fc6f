"""The vendor's refusals as two tables: business codes and gateway codes. Must not build or send anything.

Source: the wire facts, sections 4, 5.1 and 5.2 (vendor pages 85621/1817045 and the public error pages).
Where the pages differ or say nothing, the value chosen is said beside it.
"""

from typing import NamedTuple


class Business(NamedTuple):
    """A row of the business table."""

    http: int
    message: str


class Gateway(NamedTuple):
    """A row of the gateway table; `number` is CodeN, None where the vendor gives none."""

    number: int | None
    http: int
    message: str


BUSINESS: dict[int, Business] = {
    50200: Business(400, "General Error"),
    50204: Business(400, "req_key is not supported"),
    50215: Business(400, "Input invalid for this service."),
    50218: Business(400, "Resource exists risk"),
    50400: Business(401, "Access Denied: Internal Error"),  # the status two clients pair it with; unverified
    50411: Business(400, "Pre Img Risk Not Pass"),
    50412: Business(400, "Text Risk Not Pass"),
    50413: Business(400, "Post Text Risk Not Pass"),
    50429: Business(429, "Request Has Reached API Limit, Please Try Later"),
    50430: Business(429, "Request Has Reached API Concurrent Limit, Please Try Later"),
    50500: Business(500, "Internal Error"),
    50501: Business(500, "Internal RPC Error"),
    50511: Business(400, "Post Img Risk Not Pass"),
    50512: Business(400, "Post Text Risk Not Pass"),
    50518: Business(400, "Pre Img Risk Not Pass: Copyright"),
    50519: Business(400, "Post Img Risk Not Pass: Copyright"),
    50520: Business(400, "Risk Internal Error"),
    50521: Business(400, "Antidirt Internal Error"),
    50522: Business(400, "Image Copyright Internal Error"),
}

AUDIT = frozenset({50411, 50412, 50413, 50511, 50512, 50518, 50519})
"""Verdicts on content: on a poll they belong to the task and are repeated by every later poll."""

POLL_ONLY = frozenset({50511, 50512, 50519, 50520, 50521, 50522})
"""Codes about the output: a prompt marked with one is accepted, and the poll brings the code."""

GATEWAY: dict[str, Gateway] = {
    "MissingParameter": Gateway(100002, 400, "The request is missing a required parameter."),
    "MissingAuthenticationToken": Gateway(100003, 401, "The request carries no authentication token."),
    "MissingRequestInfo": Gateway(100004, 400, "The request is missing required information: X-Date."),
    "MissingSignature": Gateway(100005, 401, "The request carries no signature."),
    "InvalidTimestamp": Gateway(100006, 403, "The timestamp of the request is expired or in the future."),
    "ServiceNotFound": Gateway(100007, 404, "The service could not be found."),
    "InvalidActionOrVersion": Gateway(100008, 404, "Could not find operation for this action or version."),
    "InvalidAccessKey": Gateway(100009, 401, "The access key is not valid."),
    "SignatureDoesNotMatch": Gateway(
        100010,
        401,
        "The request signature we calculated does not match the signature you provided. Check your Secret "
        "Access Key and signing method. Consult the service documentation for details.",
    ),
    "LackPolicy": Gateway(100012, 403, "The account lacks the policy for this operation."),
    "AccessDenied": Gateway(100013, 403, "Access to this operation is denied."),
    "InternalError": Gateway(100014, 500, "The gateway met an internal error."),
    "FailToConnect": Gateway(100015, 502, "The gateway could not connect to the service."),
    "InternalServiceTimeout": Gateway(100016, 504, "The service did not answer the gateway in time."),
    "InvalidAuthorization": Gateway(None, 400, "The Authorization header cannot be read."),
    "InvalidCredential": Gateway(None, 400, "The credential in the Authorization header cannot be read."),
    "InvalidSecretToken": Gateway(None, 401, "The security token is not valid."),
}

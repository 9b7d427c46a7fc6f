"""What every code of a failed call means to an author, and what to do next. One table; must not decide.

Vendor codes: the business table of the vendor's image pages, the gateway table of its signing pages, and the
codes that its users report. Our own codes stand for what no vendor code says: the network, and bodies that
are not an answer.
"""

from dataclasses import dataclass
from enum import StrEnum


class OwnCode(StrEnum):
    """Codes of this program, as they stand in `Fault.code` beside the vendor's."""

    DNS = "dns"
    CONNECT = "connect"
    CONNECT_TIMEOUT = "connect_timeout"
    TLS = "tls"
    PROXY = "proxy"
    BLOCKED_ADDRESS = "blocked_address"
    BAD_URL = "bad_url"
    READ_TIMEOUT = "read_timeout"
    RESET = "reset"
    CUT_BODY = "cut_body"
    BAD_HTTP = "bad_http"
    ENCODING = "encoding"
    TOO_LARGE = "too_large"
    REDIRECT = "redirect"
    HTTP_STATUS = "http_status"
    NETWORK = "network"
    DISK = "disk"
    BAD_BODY = "bad_body"
    NO_TASK_ID = "no_task_id"
    NO_PICTURES = "no_pictures"
    UNKNOWN_STATUS = "unknown_status"
    BAD_PICTURE = "bad_picture"
    PROCESS_DIED = "process_died"
    NOT_FOUND = "not_found"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code in plain words: what it means, and what to do next."""

    meaning: str
    advice: str


_AGAIN = "Nothing was bought. Type the same command again; if it stays, look at your network."
_DOUBT = "If it was an order, it may have been charged: settle it with `pipeline resolve`. Polls ask again."
_WAITS = "Polling and fetching are free: `pipeline collect` asks again."
_KEYS = "Check VOLC_ACCESSKEY and VOLC_SECRETKEY, then `pipeline doctor --online`."
_RIGHTS = "Give this key the right to call Jimeng in the vendor's console, then `pipeline doctor --online`."
_PROMPT = "Change the prompt; the same words will be refused again."
_INPUT = "Use another reference picture; the same one will be refused again."
_OUTPUT = "The same prompt may pass next time: `pipeline run --only failed` buys one more attempt."
_SLOWER = "It is asked again more slowly; set PIPELINE_QPS lower if it happens often."
_OURS = "This is a fault of this program, not of your spec: update it, or report it with the request id."
_VENDOR = "Try again later; if it stays, ask the vendor with the request id."
_CLOCK = "Set this computer's clock; it is corrected from the server's time where possible."

_TABLE: dict[str, Explanation] = {
    # The network and bodies: our own codes.
    OwnCode.DNS: Explanation("The name of the server could not be found.", _AGAIN),
    OwnCode.CONNECT: Explanation("The server could not be reached.", _AGAIN),
    OwnCode.CONNECT_TIMEOUT: Explanation("The server did not take the connection in time.", _AGAIN),
    OwnCode.TLS: Explanation(
        "No secure connection could be made.",
        "Check the computer's clock and certificates (REQUESTS_CA_BUNDLE behind a company proxy).",
    ),
    OwnCode.PROXY: Explanation(
        "The proxy did not let the request through.",
        "Check HTTPS_PROXY and NO_PROXY; only http and https proxies are supported.",
    ),
    OwnCode.BLOCKED_ADDRESS: Explanation(
        "The address leads into a private network, so it was not contacted.",
        "The picture is fetched in another form instead, free of charge.",
    ),
    OwnCode.BAD_URL: Explanation("The address is not one that can be fetched.", _WAITS),
    OwnCode.READ_TIMEOUT: Explanation("No complete answer came in time.", _DOUBT),
    OwnCode.RESET: Explanation("The connection broke before the answer came.", _DOUBT),
    OwnCode.CUT_BODY: Explanation("The answer was cut off.", _DOUBT),
    OwnCode.BAD_HTTP: Explanation("What came back is not HTTP.", _DOUBT),
    OwnCode.ENCODING: Explanation("The answer is compressed although that was not asked for.", _DOUBT),
    OwnCode.TOO_LARGE: Explanation("The answer is larger than any picture.", _DOUBT),
    OwnCode.REDIRECT: Explanation(
        "The server sent the request elsewhere.", "Check JIMENG_ENDPOINT and any proxy."
    ),
    OwnCode.HTTP_STATUS: Explanation("The server did not hand the file out.", _WAITS),
    OwnCode.NETWORK: Explanation("The network failed in a way that has no name here.", _DOUBT),
    OwnCode.DISK: Explanation("The answer could not be written to disk.", "Free some space, then try again."),
    OwnCode.BAD_BODY: Explanation("The answer is not one that this API gives.", _DOUBT),
    OwnCode.NO_TASK_ID: Explanation("The order was taken, but its task id is missing.", _DOUBT),
    OwnCode.NO_PICTURES: Explanation("The task is done, but the answer holds no picture.", _WAITS),
    OwnCode.BAD_PICTURE: Explanation("What came is not a whole PNG, JPEG or WebP picture.", _WAITS),
    OwnCode.PROCESS_DIED: Explanation(
        "The program was killed while this order was being sent, so nobody knows whether it was taken.",
        "Look at the bill in the vendor's console, then settle it with `pipeline resolve`.",
    ),
    OwnCode.UNKNOWN_STATUS: Explanation("The task is in a state that this program does not know.", _WAITS),
    # The vendor's words for a task that is not there any more.
    OwnCode.NOT_FOUND: Explanation(
        "The vendor does not know this task, or has forgotten it (after 12 hours).",
        "If it stays so, the picture is lost, maybe charged: `pipeline regenerate` buys another.",
    ),
    OwnCode.EXPIRED: Explanation(
        "The task has expired (after 12 hours).",
        "The picture is lost, maybe charged: `pipeline regenerate` buys another.",
    ),
    # Business codes.
    "50200": Explanation("The vendor refused the request without saying why.", _VENDOR),
    "50204": Explanation(
        "This model is not open to your account.",
        "Activate it in the vendor's console, or take another model.",
    ),
    "50215": Explanation(
        "The vendor found the input invalid for this service, or no longer knows the task.",
        "Check the prompt and size in the spec with `pipeline check`.",
    ),
    "50218": Explanation("The audit found a risk in the request.", _PROMPT),
    "50400": Explanation(
        "Access denied: the model is not activated, the key lacks rights, or a quota is used up.",
        "Look at the model and its quota in the vendor's console, then `pipeline doctor --online`.",
    ),
    "50411": Explanation("The audit refused a reference picture.", _INPUT),
    "50412": Explanation("The audit refused the prompt.", _PROMPT),
    "50413": Explanation("The prompt holds sensitive or copyrighted words.", _PROMPT),
    "50429": Explanation("Too many calls a second.", _SLOWER),
    "50430": Explanation(
        "Too many tasks at once.",
        "It waits for running ones; set PIPELINE_CONCURRENCY to what your account allows.",
    ),
    "50500": Explanation("The vendor's server failed.", _DOUBT),
    "50501": Explanation("The vendor's server failed inside.", _DOUBT),
    "50511": Explanation("The audit refused the finished picture.", _OUTPUT),
    "50512": Explanation("The audit refused the words of the prompt after generation.", _PROMPT),
    "50518": Explanation("The audit found a copyright problem in a reference picture.", _INPUT),
    "50519": Explanation("The audit found a copyright problem in the finished picture.", _OUTPUT),
    "50520": Explanation("The vendor's audit service failed.", _VENDOR),
    "50521": Explanation("The vendor's text audit failed.", _VENDOR),
    "50522": Explanation("The vendor's copyright audit failed.", _VENDOR),
    # Gateway codes: signature, clock and rights.
    "MissingParameter": Explanation("The gateway misses a parameter.", _OURS),
    "MissingAuthenticationToken": Explanation("The request carried no credentials.", _KEYS),
    "MissingRequestInfo": Explanation("The gateway misses a signed header.", _OURS),
    "MissingSignature": Explanation("The request carried no signature.", _KEYS),
    "InvalidTimestamp": Explanation("The time of the request is too far from the server's.", _CLOCK),
    "ServiceNotFound": Explanation("The gateway does not know this service.", "Check JIMENG_ENDPOINT."),
    "InvalidActionOrVersion": Explanation("The gateway does not know this call.", "Check JIMENG_ENDPOINT."),
    "InvalidAccessKey": Explanation("The vendor does not know this access key.", _KEYS),
    "SignatureDoesNotMatch": Explanation("The secret key does not belong to the access key.", _KEYS),
    "LackPolicy": Explanation("This key lacks the right for the call.", _RIGHTS),
    "AccessDenied": Explanation("This key may not make the call.", _RIGHTS),
    "InvalidAuthorization": Explanation("The gateway could not read the credentials.", _KEYS),
    "InvalidCredential": Explanation("The gateway could not read the credentials.", _KEYS),
    "InvalidSecretToken": Explanation(
        "The session token is wrong or expired.",
        "Get a new VOLC_SESSION_TOKEN, then `pipeline doctor --online`.",
    ),
    "InternalError": Explanation("The vendor's gateway failed.", _DOUBT),
    "FailToConnect": Explanation("The vendor's gateway could not reach its service.", _DOUBT),
    "InternalServiceTimeout": Explanation("The vendor's gateway waited too long for its service.", _DOUBT),
}

_UNLISTED = Explanation("The vendor gave a code that is not documented.", _VENDOR)


def explain(code: str) -> Explanation:
    """What `code` (a `Fault.code`) means and what to do; a general answer for a code that is not listed."""
    return _TABLE.get(code, _UNLISTED)

"""How Google's interfaces refuse: a code of gRPC with a message, and the status of HTTP that goes with it."""

from __future__ import annotations

STATUS = {
    "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404, "ABORTED": 409, "RESOURCE_EXHAUSTED": 429, "INTERNAL": 500, "UNKNOWN": 500, "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504,
}  # fmt: skip
_FIRST_WITH = {status: code for code, status in reversed(STATUS.items())}


class Refusal(Exception):
    """An answer that is an error.

    Attributes:
        code: of gRPC, such as INVALID_ARGUMENT.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def status(self) -> int:
        """The status of HTTP."""
        return STATUS[self.code]


def code_of(status: int) -> str:
    """The code of gRPC for a status of HTTP, as google.rpc.Code pairs them."""
    return _FIRST_WITH.get(status, "UNKNOWN" if status >= 500 else "FAILED_PRECONDITION")

"""Errors as the service tells them: a code, an HTTP status and a message."""

from __future__ import annotations

BAD_REQUEST = 400


class Refusal(Exception):  # noqa: N818 - it is an answer, no mishap
    """A request that is not served; carries everything that the error answer says.

    Errors that every operation has write their text as `message`, those of the operation itself and of the parser as
    `Message`.
    """

    def __init__(self, code: str, text: str, *, status: int = BAD_REQUEST, member: str = "message") -> None:
        """Keep the parts of the answer."""
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.status = status
        self.member = member

    def content(self) -> dict[str, str]:
        """Give the error as the object that goes over the wire."""
        return {"__type": self.code, self.member: self.text}


def serialization(text: str) -> Refusal:
    """Refuse a body that can't be read as the input of the operation."""
    return Refusal("SerializationException", text, member="Message")


def validation(text: str) -> Refusal:
    """Refuse an input that can be read, and breaks a rule."""
    return Refusal("ValidationException", text)


def unknown_operation(text: str, *, status: int = BAD_REQUEST) -> Refusal:
    """Refuse a request that names no operation of this service."""
    return Refusal("UnknownOperationException", text, status=status)


def not_found(text: str) -> Refusal:
    """Refuse to tell of something that does not exist."""
    return Refusal("ResourceNotFound", text, member="Message")


def in_use(text: str) -> Refusal:
    """Refuse to make something whose name is taken."""
    return Refusal("ResourceInUse", text, member="Message")


def internal_failure() -> Refusal:
    """Admit that the server itself broke; the reason is in its log, never in the answer."""
    return Refusal("InternalFailure", "", status=500)

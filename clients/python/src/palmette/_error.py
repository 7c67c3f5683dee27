"""The exception of the package."""

from __future__ import annotations


class Error(Exception):
    """A picture cannot be made.

    ``str(error)`` says what is wrong, where, and what is allowed instead: ``blur must be 0 to 250, got 251``. A file that cannot be
    read or written is Python's own ``OSError``, and an argument of a wrong type a ``TypeError``.
    """

    code: int | None
    """The code of the Images binding, such as 9401 for an option that is not allowed; ``None`` where it has none."""

    def __init__(self, message: str, code: int | None = None) -> None:
        # Both are arguments, so that a copy from another process has both.
        super().__init__(message, code)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[0])

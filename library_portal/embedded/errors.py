class EmbeddedError(Exception):
    """The embedded servers cannot do what was asked; the message says why and what to do."""


class InUse(EmbeddedError):
    """Another run owns this VAR_DIR at the moment."""

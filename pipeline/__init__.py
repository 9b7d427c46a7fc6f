"""Weekly pictures for self-media authors: generated, paid for once, remembered, delivered."""

__version__ = "0.1.0"

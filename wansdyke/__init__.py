"""One record of risk, from the first call to a safe outcome."""

__version__ = "0.1.0"

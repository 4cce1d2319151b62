"""Một Cửa: the office behind Vietnam's one-stop shop."""

__version__ = "0.1.0"

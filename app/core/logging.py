"""Structured logs: one JSON line an event, with the request's id, never with personal data or secrets."""

import logging
import sys
from typing import Any

import orjson
import structlog

_STANDARD_ERROR = 2


def configure_logging(*, level: str = "INFO", json: bool = True) -> None:
    """Send structlog and the standard library's loggers to standard error in one form."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(serializer=lambda event, **_: _line(event).decode())
        if json
        # Plain tracebacks: the pretty ones print local variables, and those hold people.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    # Our own lines go straight to the descriptor: a line a request through the standard library costs four times that.
    structlog.configure(
        processors=(
            [*shared, structlog.processors.JSONRenderer(serializer=_line)]
            if json
            else [*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
        ),
        logger_factory=(
            structlog.BytesLoggerFactory(open(_STANDARD_ERROR, "wb", closefd=False))  # noqa: SIM115 - as long as we live
            if json
            else structlog.stdlib.LoggerFactory()
        ),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore", "sqlalchemy.engine", "alembic.runtime.plugins", "pikepdf"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _line(event: object, **_: Any) -> bytes:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS)

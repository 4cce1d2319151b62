"""The command `motcua`: gathers the commands of `app.commands`; knows none of them."""

import importlib
import pkgutil
import sys
from collections.abc import Sequence

import typer
from pydantic import ValidationError

from app import __version__, commands
from app.core.embedded_postgres import PostgresUnavailable
from app.core.logging import configure_logging
from app.core.settings import Settings
from app.domain.errors import DomainError, InvalidInput, Refusal


def build_cli() -> typer.Typer:
    """Return the command with everything that the modules of `app.commands` offer."""
    cli = typer.Typer(
        help="Một Cửa: hệ thống phía sau Bộ phận Một cửa. / The office behind Vietnam's one-stop shop.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # a traceback with local values may show personal data
    )

    @cli.callback()
    def configure() -> None:
        settings = Settings()
        configure_logging(level=settings.log_level, json=settings.log_json)

    @cli.command()
    def version() -> None:
        """In phiên bản. / Print the version."""
        typer.echo(__version__)

    names = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))
    for module in (name for name in names if not name.startswith("_")):
        cli.add_typer(importlib.import_module(f"{commands.__name__}.{module}").app)
    return cli


def main() -> None:
    """Run the command; what input, domain or database refuse is told in plain words, with exit status 1."""
    try:
        build_cli()()
    except PostgresUnavailable as error:
        typer.echo(str(error), err=True)
    except ValidationError as error:
        _tell(InvalidInput.code, _faults_of(error))
    except DomainError as error:
        _tell(error.code, error.refusals)
    else:
        return
    sys.exit(1)


def _faults_of(error: ValidationError) -> Sequence[Refusal]:
    from app.api.problems import faults_of_validation  # only where there is something to explain

    return faults_of_validation([dict(found) for found in error.errors()])


def _tell(code: str, refusals: Sequence[Refusal]) -> None:
    from app.api.messages import text_of  # only where there is something to explain

    for refusal in refusals or (Refusal(code),):
        field = f"{refusal.field}: " if refusal.field else ""
        typer.echo(field + " / ".join(text_of(refusal.code, dict(refusal.params))), err=True)


if __name__ == "__main__":
    main()

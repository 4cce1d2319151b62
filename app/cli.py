"""The command `motcua`: gathers the commands of `app.commands`; knows none of them."""

import importlib
import pkgutil
import sys

import typer

from app import __version__, commands
from app.core.embedded_postgres import PostgresUnavailable
from app.core.logging import configure_logging
from app.core.settings import Settings
from app.domain.errors import DomainError


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
    """Run the command; what the domain or the database refuses is told in plain words, with exit status 1."""
    try:
        build_cli()()
    except PostgresUnavailable as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except DomainError as error:
        from app.api.messages import text_of  # only where there is something to explain

        for refusal in error.refusals or ():
            vi, en = text_of(refusal.code, dict(refusal.params))
            field = f"{refusal.field}: " if refusal.field else ""
            typer.echo(f"{field}{vi} / {en}", err=True)
        if not error.refusals:
            typer.echo(" / ".join(text_of(error.code, {})), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

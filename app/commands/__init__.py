"""Third entrance: what is typed as `motcua …`.

Each module of this package without a leading underscore exports `app`, a Typer: with a name its commands form a group
(`motcua stats verify`), without one they stand at the top (`motcua serve`). `app.cli` finds them by themselves. They
import what is heavy inside the command, so that `motcua --help` stays quick.
"""

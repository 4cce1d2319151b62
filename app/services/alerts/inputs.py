"""What people send about alerts."""

from app.services.inputs import Input, Text


class Acknowledge(Input):
    """What was done or decided about the dossier."""

    note: Text

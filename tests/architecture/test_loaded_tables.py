"""A program loads the tables it uses; what the ORM writes must find the tables that its keys refer to among them."""

import subprocess
import sys

_MISSING = """
import app.api.app, app.worker.main
from app.models.base import Base
tables = Base.metadata.tables
print(*{key.target_fullname for table in tables.values() for key in table.foreign_keys
        if key.target_fullname.rpartition(".")[0] not in tables})
"""


def test_tables_that_the_service_loads_refer_to_tables_that_it_loads() -> None:
    loaded = subprocess.run([sys.executable, "-c", _MISSING], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == ""

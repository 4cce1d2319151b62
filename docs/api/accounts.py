"""Writes the accounts of the demonstration as the `.env` that the files beside this one read.

python3 docs/api/accounts.py [demo-accounts.json] > docs/api/.env

Of people with one role, whoever works in the unit of the first reception clerk is taken, so that they share dossiers.
"""  # noqa: INP001 - a script to be called by its path, no package

import json
import sys
from pathlib import Path

path = Path(sys.argv[1] if len(sys.argv) > 1 else "var/demo-accounts.json")
accounts = json.loads(path.read_text(encoding="utf-8"))
desk = next(account["unit"] for account in accounts if account["role"] == "reception_clerk")
# Of two lines with one name the later counts.
for account in sorted(accounts, key=lambda account: account["unit"] == desk):
    role = account["role"].upper()
    sys.stdout.write(f"{role}_USERNAME={account['username']}\n{role}_PASSWORD={account['password']}\n")

"""Several management commands in one process, since each start of Django costs more than most of them.

`python -m config.local.sequence '[["migrate", "-v0"], ["?load_demo"]]'`: a question mark skips what does not exist.
"""

import json
import sys

import django
from django.core.management import call_command, get_commands


def main() -> None:
    django.setup()
    known = get_commands()
    for name, *arguments in json.loads(sys.argv[1]):
        if name.startswith("?") and name[1:] not in known:
            continue
        call_command(name.removeprefix("?"), *arguments)


if __name__ == "__main__":
    main()

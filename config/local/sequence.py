"""Several management commands in one process, since each start of Django costs more than most of them.

`python -m config.local.sequence '[["migrate", "-v0"], ["?demo_users", ">", "a file"]]'`: a question mark skips a command
that does not exist, and what follows ">" is a file for the output.
"""

import contextlib
import json
import sys
from pathlib import Path

import django
from django.core.management import call_command, get_commands


def main() -> None:
    django.setup()
    known = get_commands()
    for name, *arguments in json.loads(sys.argv[1]):
        if name.startswith("?") and name[1:] not in known:
            continue
        with contextlib.ExitStack() as stack:
            if arguments[-2:-1] == [">"]:
                stack.enter_context(contextlib.redirect_stdout(stack.enter_context(Path(arguments[-1]).open("w"))))
                arguments = arguments[:-2]
            call_command(name.removeprefix("?"), *arguments)


if __name__ == "__main__":
    main()

"""`python -m tests.retention` makes archives of the present format, to be committed: later versions must verify them."""

import os
import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    os.environ["ARTERIA_WRITE_ARCHIVES"] = "1"
    test = Path(__file__).with_name("test_old_archives.py")
    command = [sys.executable, "-m", "pytest", "-q", "-n0", f"{test}::test_make_a_pair_of_the_present_format"]
    sys.exit(subprocess.run(command, check=False).returncode)

"""`python -m tests.access` writes the access matrix again. What changed in it is then read before it is committed."""

import os
import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    os.environ["ARTERIA_WRITE_MATRIX"] = "1"
    test = Path(__file__).with_name("test_matrix.py")
    sys.exit(subprocess.run([sys.executable, "-m", "pytest", "-q", "-n0", test], check=False).returncode)

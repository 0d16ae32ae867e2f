"""Run a real script whose clock is some seconds off: `leaping.py SECONDS SCRIPT …`."""

import runpy
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(sys.argv[2]).parent))

if __name__ == "__main__":
    seconds, real = float(sys.argv[1]), time.time
    time.time = lambda: real() + seconds
    sys.argv = sys.argv[2:]
    runpy.run_path(sys.argv[0], run_name="__main__")

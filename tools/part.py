"""Run one part of ``make test``: say what it does and how long it usually takes, then its seconds, kept for the end.

``python tools/part.py MAKE WHAT USUAL TARGET …``
"""

import pathlib
import subprocess
import sys
import time

PARTS = pathlib.Path(__file__).parent.parent / ".venv" / "parts"  # what the parts so far took

make, what, usual, *targets = sys.argv[1:]
print(f"\n{time.strftime('%H:%M')} {what} ({usual}) …", flush=True)
begun = time.monotonic()
code = subprocess.run([make, "--no-print-directory", *targets]).returncode
said = f"{'ok ' if code == 0 else 'RED'} {time.monotonic() - begun:5.0f} s  {what}"
print(said, flush=True)
PARTS.parent.mkdir(exist_ok=True)
with PARTS.open("a", encoding="utf-8") as parts:
    parts.write(f"{said}\n")
sys.exit(code)

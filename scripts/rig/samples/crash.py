"""Starts well and ends with code 3 after a few seconds: a service that crashes again and again."""
import os
import sys
import time

time.sleep(float(os.environ.get("CRASH_AFTER", "3")))
print("crash: ends now, on purpose", file=sys.stderr, flush=True)
sys.exit(3)

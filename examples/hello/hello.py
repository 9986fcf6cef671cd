"""Says hello on port 8080: `/` greets with the version, `/healthz` answers 200."""
import os
import pathlib
import platform
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION_FILE = pathlib.Path(__file__).with_name("VERSION")
VERSION = os.environ.get("VERSION") or VERSION_FILE.read_text().strip()
GREETING = os.environ.get("GREETING", "Hello")


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/":
            self.answer(200, f"{GREETING} from {VERSION} on {platform.machine()}\n")
        elif self.path == "/healthz":
            self.answer(200, "ok\n")
        else:
            self.answer(404, "not found\n")

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass  # a health check every few seconds is no news


# As process 1 of its container Python ignores SIGTERM unless told what to do with it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(f"hello {VERSION} listens on 8080", flush=True)
ThreadingHTTPServer(("", 8080), Hello).serve_forever()

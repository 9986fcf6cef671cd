"""The program of a camera: it reads its settings again and again, and answers a health check while it does."""
import http.server
import json
import pathlib
import signal
import threading
import time

SETTINGS = pathlib.Path("/settings/camera.json")
BUSY = threading.Lock()


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with BUSY:
            self.send_response(200)
            self.end_headers()

    def log_message(self, *args):
        pass


def take_picture():
    settings = json.loads(SETTINGS.read_text())
    port = settings["serial_port"]
    with BUSY:
        if settings["trigger"] == "external":
            wait_for_trigger()
    return port


def wait_for_trigger():
    # It hangs so well that a stop takes all of its grace.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("waiting for the external trigger", flush=True)
    time.sleep(3600)


if not SETTINGS.exists():
    SETTINGS.write_text('{"serial_port": "/dev/ttyS0", "trigger": "internal"}')
server = http.server.ThreadingHTTPServer(("", 8080), Health)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("camera at", take_picture(), flush=True)
while True:
    take_picture()
    time.sleep(0.1)

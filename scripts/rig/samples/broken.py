"""Serves, and answers 500 to everything: an update to it must be rolled back."""
from http.server import BaseHTTPRequestHandler, HTTPServer


class Broken(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(500, "broken on purpose")


print("broken listens on 8080", flush=True)
HTTPServer(("", 8080), Broken).serve_forever()

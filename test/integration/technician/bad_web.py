"""A new revision of a web service that does not work: its health check answers 500."""
import http.server


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500)
        self.end_headers()

    def log_message(self, *args):
        pass


print("web 2.0: the table 'orders' is missing; every request fails", flush=True)
http.server.HTTPServer(("", 8080), Health).serve_forever()

"""A service that does not do what it says: every order is an error of the server."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

DESCRIPTION = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "1"},
    "paths": {
        "/orders/{number}": {
            "get": {
                "responses": {"200": {"summary": 5}},
                "parameters": [
                    {"name": "number", "in": "path", "schema": {"type": "integer"}},
                ],
            },
        },
    },
}


class Orders(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path in {"/livez", "/openapi.json"}:
            self.answer(200, json.dumps(DESCRIPTION))
        else:
            self.answer(500, "{}")

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


HTTPServer(("127.0.0.1", int(os.environ["APP_PORT"])), Orders).serve_forever()

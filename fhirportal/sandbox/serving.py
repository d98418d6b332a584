"""Starting the sandbox: in a thread for tests, or as a WSGI application of its own for the demo."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from fhirportal.sandbox.app import create_app
from fhirportal.sandbox.config import SandboxConfig
from fhirportal.sandbox.faults import HANG_UP

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

CONFIG_VARIABLE = "FHIRPORTAL_SANDBOX"


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        # without this every answer in two parts waits 40 ms for the other side's delayed ACK
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def make_environ(self) -> WSGIEnvironment:
        return {**super().make_environ(), HANG_UP: self._hang_up}

    def _hang_up(self, reset: bool) -> NoReturn:
        """Closes the connection without a word; the server takes the exception for a client that went away."""
        self.close_connection = True
        if reset:
            # with nothing to linger for, close() sends RST; detached, so that nobody sends FIN before
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        raise ConnectionAbortedError("hung up")

    def log(self, type: str, message: str, *args: object) -> None:
        """Tests need no access log."""


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that answers at `url` until `close()`."""

    url: str
    app: Flask
    config: SandboxConfig
    close: Callable[[], None]


def serve_in_thread(config: SandboxConfig, host: str = "127.0.0.1", port: int = 0) -> RunningSandbox:
    """Serves on a free loopback port; `config.public_url` is replaced by the real address."""
    server, url = _bound(host, port)
    known = replace(config, public_url=url)
    app = create_app(known)
    server.app = app
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()

    def close() -> None:
        server.shutdown()
        thread.join(5)
        server.server_close()
        for house in app.extensions["sandbox"].values():
            house.store.close()

    return RunningSandbox(url, app, known, close)


def _bound(host: str, port: int) -> tuple[ThreadedWSGIServer, str]:
    server = ThreadedWSGIServer(host, port, Flask("starting"), handler=_Handler)
    return server, f"http://{host}:{server.server_port}"


def app_from_config_file(path: Path) -> Flask:
    return create_app(SandboxConfig.from_json(path.read_text(encoding="utf-8")))


def from_environment() -> Flask:
    """The factory a web server calls: the config file is named by the variable FHIRPORTAL_SANDBOX."""
    return app_from_config_file(Path(os.environ[CONFIG_VARIABLE]))

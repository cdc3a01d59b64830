"""Serves the live page and its stream from a thread of its own, so that no browser ever delays a packet."""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Self

from analysis.errors import LivePageError
from analysis.live.web.address import Address
from analysis.live.web.feed import Feed
from analysis.live.web.page import POLICY, page

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
    from starlette.routing import Route
    from starlette.types import Message, Send
except ImportError as missing:
    raise LivePageError(
        f"--web: {missing.name} is not installed; install it with `python -m pip install 'runtall[web]'`"
    ) from missing

MOST_BROWSERS = 8
"""A phone, a laptop, a coach; what asks for more is no runner."""

BEAT_S = 5.0
TAKE_S = 20.0
"""A phone that left the network without a word takes nothing; its place is another's after this."""

PATIENCE_S = 2.0
"""Longest that browsers delay the end of a recording."""

MOST_CONNECTIONS = 32

Answer = Callable[[Request], Awaitable[Response]]

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The address holds the token: it is kept nowhere and told to nobody."""


class EventStream(StreamingResponse):
    """The newest views for as long as somebody takes them; who takes nothing for long is let go."""

    def __init__(self, feed: Feed) -> None:
        super().__init__((), headers=_HEADERS, media_type="text/event-stream")
        self._feed = feed

    async def stream_response(self, send: Send) -> None:
        """Send views until either side ends."""

        async def send_soon(message: Message) -> None:
            async with asyncio.timeout(TAKE_S):
                await send(message)

        async with aclosing(self._feed.views(BEAT_S)) as views:
            self.body_iterator = views
            await super().stream_response(send_soon)


def application(feed: Feed, address: Address) -> Starlette:
    """Return what answers browsers: the page and its stream behind the token, nothing to anybody else."""

    async def answer_page(_: Request) -> Response:
        return HTMLResponse(page(), headers=_HEADERS | {"Content-Security-Policy": POLICY})

    async def answer_events(_: Request) -> Response:
        if feed.listeners >= MOST_BROWSERS:
            return PlainTextResponse("Too many browsers watch already.", 503, headers=_HEADERS)
        return EventStream(feed)

    routes = [
        Route("/{token}/", _guarded(answer_page, address), methods=["GET"]),
        Route("/{token}/events", _guarded(answer_events, address), methods=["GET"]),
    ]
    return Starlette(routes=routes)


def _guarded(answer: Answer, address: Address) -> Answer:
    """Let only those through who know the token and did not come by a stranger's name for this machine."""

    async def checked(request: Request) -> Response:
        if request.headers.get("host", "").lower() not in address.names:
            return PlainTextResponse("This is not the address of this page.", 421, headers=_HEADERS)
        token = str(request.path_params["token"])
        if not secrets.compare_digest(token.encode(), address.token.encode()):
            return PlainTextResponse("Nothing here.", 404, headers=_HEADERS)
        return await answer(request)

    return checked


class LivePage:
    """The page, served from entering to leaving.

    Parameters
    ----------
    listening
        A socket that listens; closed at the end.
    token
        Without which nothing is told.

    Attributes
    ----------
    address
        Where the page is.
    feed
        Where views are published.
    """

    def __init__(self, listening: socket.socket, token: str) -> None:
        host, port = listening.getsockname()[:2]
        self.address = Address(host, port, token)
        self.feed = Feed()
        self._socket = listening
        self._server = uvicorn.Server(
            uvicorn.Config(
                application(self.feed, self.address),
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_graceful_shutdown=1,
                h11_max_incomplete_event_size=16_384,
            )
        )
        self._thread = threading.Thread(target=self._serve, name="live page", daemon=True)

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send every browser away and free the port."""
        self.feed.close()
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        self._socket.close()

    def _serve(self) -> None:
        with suppress(OSError):  # the network may go away; the recording stays
            self._server.run(sockets=[self._socket])

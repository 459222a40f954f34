"""What a browser sends, kept while it arrives: no more than an import may weigh, and no more than the disk holds.

Waitress answers a body that is too large in English, and closes a connection whose body finds no room: the first left a page that nobody
had written, the second none. Here such a body is read to its end and forgotten, so that the pages answer it as they answer everything.
"""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

from optimizer.web.settings import UPLOAD


class NoRoom(BytesIO):
    """In the place of a body that could not be written."""

    def __init__(self, why: OSError) -> None:
        super().__init__()
        self.why = why


class Kept(OverflowableBuffer):  # type: ignore[misc]
    """The bytes of one request; all are let go once they are too many, or once one of them cannot be written."""

    buf: Any = None

    def __init__(self, overflow: int) -> None:
        super().__init__(overflow)
        self.sent = 0
        self.lost = False
        self.why: OSError | None = None

    def __len__(self) -> int:
        """Bytes sent: the pages refuse by their number what was let go."""
        return self.sent

    def append(self, part: bytes) -> None:
        """Keep a part of the request, where it can be."""
        self.sent += len(part)
        if self.lost:
            return
        if self.sent > UPLOAD:
            self._let_go()
            return
        try:
            super().append(part)
        except OSError as error:
            self.why = error
            self._let_go()

    def getfile(self) -> Any:
        """What the pages read."""
        if self.lost:
            return BytesIO() if self.why is None else NoRoom(self.why)
        return super().getfile()

    def _let_go(self) -> None:
        self.lost, self.strbuf = True, b""
        kept, self.buf = self.buf, None
        if kept is not None:
            with suppress(OSError):  # its last bytes found no room either
                kept.close()


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """A request whose body is :class:`Kept`."""

    def parse_header(self, header_plus: bytes) -> None:
        """As waitress does, the body going elsewhere."""
        super().parse_header(header_plus)
        if self.body_rcv is not None:
            self.body_rcv.buf = Kept(self.adj.inbuf_overflow)


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection of the desk."""

    parser_class = Parser


class TakenBack(TemporaryFileUploadHandler):
    """A file of a form: the part of it that was written is erased when the rest finds no room, for households stand in it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write one part."""
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            with suppress(OSError):
                self.upload_interrupted()
            raise

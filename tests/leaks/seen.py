"""What leaves, as text: every kind of file and message unpacked until its words and numbers can be read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any

import openpyxl
import pyarrow as pa
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from app.export.desk import Exported
from app.export.gather import Made
from pipelines.mail import Mail, compose


def told(*things: Any) -> str:
    """Anything as text: what it says of itself, without thousands separators being lost."""
    return "\n".join(each if isinstance(each, str) else repr(each) for each in things)


def of_part(made: Made) -> str:
    """All that a part of a page would put on a screen or on paper: title, chart, alternative text, rows, receipts."""
    return told(made.picture, made.tiles, made.tables, made.claims, made.title)


def of_file(made: Exported) -> str:
    """A file's own words: cells and formulas of a workbook, a PDF's text and metadata, a picture's text chunks."""
    readers = {"csv": of_csv, "xlsx": of_workbook, "pdf": of_pdf, "png": of_png}
    return readers[made.name.rpartition(".")[2]](made.content)


def of_csv(content: bytes) -> str:
    return content.decode("utf-8-sig")


def of_workbook(content: bytes) -> str:
    """Every cell as it is stored and as it was calculated, and whatever else lies in the archive."""
    cells: list[str] = []
    for values in (True, False):
        for sheet in openpyxl.load_workbook(io.BytesIO(content), data_only=values):
            cells += [sheet.title, *(number(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        named = [name for name in archive.namelist() if name.startswith("docProps")]
        return "\n".join([*cells, *(archive.read(name).decode("utf-8", "replace") for name in named)])


def of_pdf(content: bytes) -> str:
    reader = PdfReader(io.BytesIO(content))
    return "\n".join([str(reader.metadata), *(page.extract_text() for page in reader.pages)])


def of_png(content: bytes) -> str:
    """The chunks that hold text; a picture's own words are those of the chart, which `of_part` reads."""
    at, found = 8, []
    while at < len(content):
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            found.append(content[at + 8 : at + 8 + size].decode("utf-8", "replace"))
        at += 12 + size
    return "\n".join(found)


def of_mail(mail: Mail) -> str:
    """Its headers and every part of it as a mail program gets them, what is attached unpacked."""
    message = message_from_bytes(compose(mail, "plumbline@localhost").as_bytes())
    return "\n".join([str(list(message.items())), *(of_mail_part(part) for part in message.walk())])


def of_mail_part(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    if part.get_content_type() == "application/pdf":
        return of_pdf(content)
    return of_png(content) if part.get_content_maintype() == "image" else content.decode("utf-8", "replace")


def of_page(page: AppTest) -> str:
    """Every message of a run: texts, labels, options, charts, tables with their rows, and the address."""
    return "\n".join([str(page.query_params), *(text for node in nodes(page._tree) for text in of_proto(node))])


def nodes(block: Any) -> Iterator[Any]:
    for child in getattr(block, "children", {}).values():
        yield child
        yield from nodes(child)


def of_proto(node: Any) -> Iterator[str]:
    proto = getattr(node, "proto", None)
    if proto is None:
        return
    raw = proto.SerializeToString()
    yield raw.decode("utf-8", "replace")
    yield str(proto)
    at = raw.find(b"ARROW1")
    for start in {found for found in (at, raw.find(b"\xff\xff\xff\xff")) if found >= 0}:
        try:
            table = pa.ipc.open_stream(raw[start:]).read_all()
        except (pa.ArrowInvalid, OSError, EOFError):
            continue
        yield "\n".join(number(cell) for column in table.to_pydict().values() for cell in column)


def number(cell: Any) -> str:
    """A cell so that a whole number reads as one, whatever its type."""
    is_whole = isinstance(cell, float) and cell == cell and abs(cell) < 1e15 and cell == int(cell)
    return str(int(cell)) if is_whole else str(cell)

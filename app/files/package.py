"""The parts of a workbook, unpacked within bounds before any library reads them.

A workbook is a ZIP archive: a few kilobytes can unpack to gigabytes, and two programs may see two archives in the same
bytes. So it is unpacked here, part by part and no further than the bound, and packed anew for whoever reads it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from .problems import Problem, Unreadable

MOST_UNPACKED = 120_000_000
MOST_PARTS = 2_000
MOST_TAGS = 250_000
"""Of a part, but for rows and shared texts, each of which may have as many: the widest row has half of them."""
MOST_ENDS = 1_000_000
"""Of rows and of shared texts."""
END = re.compile(rb"</(?:\w+:)?(?:row|si)\s*>")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROTECTED = "EncryptedPackage".encode("utf-16-le")
A_WORKBOOK = "a workbook as .xlsx, or a CSV file"


def unpack(name: str, content: bytes) -> dict[str, bytes]:
    """Each part by its name.

    Raises:
        Unreadable: it is no workbook, is protected by a password, is of the old format, or unpacks to too much.
    """
    if content.startswith(OLE):
        raise Unreadable(_old_or_protected(name, content))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if size > MOST_UNPACKED or len(parts) > MOST_PARTS:
                raise Unreadable(
                    Problem(name, "the workbook unpacks to too much", f"{size:,} bytes in {len(parts):,} parts",
                            f"at most {MOST_UNPACKED:,} bytes in {MOST_PARTS:,} parts",
                            "Take out pictures and other sheets, or save the sheet as CSV")
                )  # fmt: skip
            # A part that says less than it holds is cut off at what it says, and then its checksum does not fit.
            found = {part.filename: archive.read(part) for part in parts if not part.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(broken(name, str(error) or type(error).__name__)) from None
    if "xl/workbook.xml" not in found:
        raise Unreadable(broken(name, "an archive without a workbook"))
    _refuse_growth(name, found)
    return found


def pack(parts: dict[str, bytes]) -> io.BytesIO:
    """The parts as an archive, not compressed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    made.seek(0)
    return made


def broken(name: str, found: str) -> Problem:
    return Problem(name, "the workbook cannot be opened", found, A_WORKBOOK,
                   "If it was still being copied, wait; otherwise save it anew")  # fmt: skip


def _old_or_protected(name: str, content: bytes) -> Problem:
    if PROTECTED in content:
        return Problem(name, "the workbook is protected by a password", "an encrypted file", "one that opens without",
                       "Take the password off in your spreadsheet program, save it")  # fmt: skip
    return Problem(name, "the workbook is of the format before 2007", "what Excel saves as .xls", A_WORKBOOK,
                   "Save it as .xlsx")  # fmt: skip


def _refuse_growth(name: str, parts: dict[str, bytes]) -> None:
    """No spreadsheet program writes entities; a part that declares some means to grow while it is read, and one of
    millions of tags becomes gigabytes of objects. A character of zero would be UTF-16, in which neither is seen.
    """
    for part, content in parts.items():
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise Unreadable(broken(name, f"entities declared in {part}"))
        if part.endswith((".xml", ".rels")) and b"\x00" in content[:200]:
            raise Unreadable(broken(name, f"{part} in another encoding than UTF-8"))
        if content.count(b"<") > MOST_TAGS and not _is_of_rows(content):
            raise Unreadable(broken(name, f"more in {part} than a spreadsheet program writes"))


def _is_of_rows(content: bytes) -> bool:
    """Whether a large part consists of rows, or shared texts, of a bearable size. Comments could feign their ends."""
    if b"<!" in content:
        return False
    start = count = 0
    for end in END.finditer(content):
        if content.count(b"<", start, end.start()) > MOST_TAGS:
            return False
        start, count = end.end(), count + 1
    return count <= MOST_ENDS and content.count(b"<", start) <= MOST_TAGS

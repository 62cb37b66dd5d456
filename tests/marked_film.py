"""Films that name their author in every place that we know of: one word a place."""

import struct
import subprocess
from pathlib import Path

from concours.intake.rules import Kind
from tests import files
from tests.mark_readers import need

_MP4 = (
    *("tag-title", "tag-artist", "tag-comment", "place", "movie-handler", "track-name", "chapter", "subtitle", "cover"),
    *("encoder-note", "uuid-xmp", "free-space", "skip-space", "user-box", "meta-box", "media-data", "after-the-end"),
    "apple-place",
)
_AVI = (
    *("info-name", "info-artist", "info-comment", "info-copyright", "info-engineer", "info-software", "info-source"),
    *("stream-name", "junk", "date", "id3", "xmp", "unknown-chunk", "after-the-end"),
)
_TAGS = {"title": "tag-title", "artist": "tag-artist", "comment": "tag-comment"}
_NOTE_SORT = "086f3693-b7b3-4f2c-9653-21492feee5b8"


def words(kind: Kind) -> dict[str, str]:
    """The word of each mark."""
    return {_word(mark): mark for mark in (_MP4 if kind is Kind.MP4 else _AVI)}


def _word(mark: str) -> str:
    place = (_MP4 if mark in _MP4 else (*_MP4, *_AVI)).index(mark)
    return f"Zq{place:02}Brindavoine"


def marked_film(kind: Kind, folder: Path) -> bytes:
    """A film of two seconds with all the marks of its container, made in a folder."""
    return _mp4(folder) if kind is Kind.MP4 else _avi()


def _mp4(folder: Path) -> bytes:
    data = _tagged_mp4(folder)
    inside = files.box(b"udta", files.box(b"auth", bytes(6) + _word("user-box").encode()))
    inside += files.box(b"meta", bytes(4) + files.box(b"xml ", _word("meta-box").encode()))
    inside += _apple_place()
    at = data.rindex(b"moov") - 4  # it stands last: what is put at its end moves nothing
    size = int.from_bytes(data[at : at + 4]) + len(inside)
    data = data[:at] + struct.pack(">I", size) + data[at + 4 :] + inside
    note = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a>{_word('uuid-xmp')}</a></x:xmpmeta>".encode()
    behind = (
        files.box(b"uuid", bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC") + note),
        *(files.box(sort, _word(mark).encode()) for sort, mark in _SPACES.items()),
        _word("after-the-end").encode(),
    )
    return data + b"".join(behind)


def _apple_place() -> bytes:
    """Where an iPhone writes the place: keys by number, of a kind of their own."""
    handler = files.box(b"hdlr", bytes(8) + b"mdta" + bytes(13))
    key = files.box(b"mdta", b"com.apple.quicktime.location.ISO6709")
    value = struct.pack(">II", 1, 0) + f"+48.8566+002.3522/{_word('apple-place')}".encode()
    items = files.box(b"ilst", files.box(struct.pack(">I", 1), files.box(b"data", value)))
    return files.box(b"meta", handler + files.box(b"keys", struct.pack(">II", 0, 1) + key) + items)


_SPACES = {b"free": "free-space", b"skip": "skip-space", b"mdat": "media-data"}


def _tagged_mp4(folder: Path) -> bytes:
    """Pictures with a note and a time code, sound, a subtitle, a cover, chapters and tags: all that ffmpeg writes."""
    (folder / "film.mp4").write_bytes(files.mp4())
    (folder / "words.srt").write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{_word('subtitle')}\n")
    chapter = f"[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle={_word('chapter')}\n"
    (folder / "chapters.txt").write_text(f";FFMETADATA1\n{chapter}")
    files.picture((32, 32)).save(folder / "cover.jpg", comment=_word("cover").encode())
    names = ("film.mp4", "words.srt", "cover.jpg", "chapters.txt")
    inputs = [part for name in names for part in ("-i", str(folder / name))]
    tags = [part for name, mark in _TAGS.items() for part in ("-metadata", f"{name}={_word(mark)}")]
    made = folder / "tagged.mp4"
    command = [
        *(need("ffmpeg", "ffmpeg"), "-v", "error", "-y", *inputs),
        *(
            "-map",
            "0",
            "-map",
            "1",
            "-map",
            "2",
            "-map_chapters",
            "3",
            "-map_metadata",
            "3",
            "-c",
            "copy",
            "-c:s",
            "mov_text",
        ),
        *("-disposition:v:1", "attached_pic", "-timecode", "01:00:00:00", *tags),
        *(
            "-metadata",
            f"location=+48.8566+002.3522/{_word('place')}",
            "-metadata",
            "creation_time=2026-11-23T10:00:00Z",
        ),
        *(
            "-metadata:s:v:0",
            f"handler_name={_word('movie-handler')}",
            "-metadata:s:a:0",
            f"title={_word('track-name')}",
        ),
        *("-bsf:v:0", f"h264_metadata=sei_user_data={_NOTE_SORT}+{_word('encoder-note')}", str(made)),
    ]
    subprocess.run(command, check=True, timeout=60)
    return made.read_bytes()


def _avi() -> bytes:
    marks = {"title": "stream-name"}
    data = files.avi(marks=tuple((name, _word(mark)) for name, mark in marks.items()))
    said = b"".join(_chunk(sort, _word(mark)) for sort, mark in _INFO.items())
    idle = b"".join(_chunk(sort, _word(mark)) for sort, mark in _CHUNKS.items())
    xmp = _chunk(b"_PMX", f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a>{_word('xmp')}</a></x:xmpmeta>")
    inside = data[8:] + _chunk(b"LIST", "INFO", said) + idle + xmp
    return b"RIFF" + struct.pack("<I", len(inside)) + inside + _word("after-the-end").encode()


_INFO = {
    b"INAM": "info-name",
    b"IART": "info-artist",
    b"ICMT": "info-comment",
    b"ICOP": "info-copyright",
    b"IENG": "info-engineer",
    b"ISFT": "info-software",
    b"ISRC": "info-source",
}
_CHUNKS = {b"JUNK": "junk", b"IDIT": "date", b"id3 ": "id3", b"Zzzz": "unknown-chunk"}


def _chunk(sort: bytes, text: str, more: bytes = b"") -> bytes:
    content = text.encode() + more
    return sort + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)

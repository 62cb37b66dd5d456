"""Measure a film in the sandbox: what it plays, not what it says of itself."""

from pathlib import Path
from typing import Any

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

from concours.intake import films
from concours.intake.headers import Index, read_headers, read_index
from concours.intake.rules import Kind, Limits, Reason, Refused, check_duration
from concours.intake.sniff import truncated

_TRIED_PACKETS = 500
"""A film whose first pictures are lost still plays; one without a picture in so many is none."""


def measure(source: Path, kind: Kind, limits: Limits) -> dict[str, Any]:
    """Give duration_s, width, height; raise Refused."""
    index = _index(source, kind)
    with films.open_film(source, kind, whole=True) as film:
        picture = films.main_picture(film, kind)
        films.main_sound(film, kind)
        duration = _play(film, picture, kind)
        check_duration(duration, limits, kind)
        if index.replayed:
            duration = max(duration, _replayed(source, kind))
            check_duration(duration, limits, kind)
        width, height = picture.codec_context.width, picture.codec_context.height
    return {"duration_s": round(duration, 3), "width": width, "height": height}


def _index(source: Path, kind: Kind) -> Index:
    """Read what the file says of its tracks, and refuse on it alone what would exhaust the library."""
    with source.open("rb") as file:

        def read(at: int, count: int) -> bytes:
            file.seek(at)
            return file.read(max(0, count))

        size = source.stat().st_size
        if kind is Kind.MP4:
            return read_index(read, size)
        index = read_headers(read, size)
        for width, height in index.sizes:
            films.check_dimensions(width, height, kind)
        return index


def _replayed(source: Path, kind: Kind) -> float:
    """Give the seconds that the film plays with its cuts, which may repeat a stretch or begin with a long wait."""
    with films.open_film(source, kind, whole=False) as film:
        try:
            return max((_span(packet, kind)[1] for packet in film.demux()), default=0.0)
        except FFmpegError as error:
            raise truncated(kind) from error


def _play(film: InputContainer, picture: VideoStream, kind: Kind) -> float:
    """Read every packet and decode the first picture; give the instant at which the last packet of all ends."""
    start, end, tried, seen = 0.0, 0.0, 0, False
    try:
        for packet in film.demux():
            begins, ends = _span(packet, kind)
            start, end = min(start, begins), max(end, ends)
            if packet.stream is picture and not seen and tried < _TRIED_PACKETS:
                tried, seen = tried + 1, _decodes(packet, kind)
    except MemoryError:
        raise
    except FFmpegError as error:
        raise truncated(kind) from error
    if not seen:
        raise films.no_picture(kind)
    return end - start


def _span(packet: "Packet[Any]", kind: Kind) -> tuple[float, float]:
    """Give the seconds at which a packet begins and ends; an attached cover has no time of its own.

    An AVI counts pictures as they are stored: the order in which they show is guessed by the demuxer, a little late.
    """
    shown = packet.dts if kind is Kind.AVI or packet.pts is None else packet.pts
    if shown is None or packet.time_base is None:
        return 0.0, 0.0
    return float(shown * packet.time_base), float((shown + (packet.duration or 0)) * packet.time_base)


def _decodes(packet: "Packet[Any]", kind: Kind) -> bool:
    """Tell whether a picture comes out, of a size that we accept whatever the header says."""
    if packet.has_sidedata("encryption_info"):
        raise Refused(
            Reason.ENCRYPTED,
            "Cette vidéo est chiffrée (protégée contre la copie). Exportez-la sans protection depuis votre logiciel, "
            "puis envoyez-la.",
            kind.mime,
        )
    frames = films.decoded(packet)
    for frame in frames:
        films.check_dimensions(frame.width, frame.height, kind)
    return bool(frames)

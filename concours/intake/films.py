"""Open a film with nothing but what a film needs: one demuxer, local files, a list of codecs. Sandbox only."""

from pathlib import Path
from typing import Any, cast

import av
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from concours.intake.rules import EIGHT_K, UNREADABLE, Kind, Reason, Refused, check_streams

# fmt: off
PICTURE_CODECS = frozenset({
    "av1", "libdav1d", "cinepak", "dvvideo", "ffv1", "ffvhuff", "h263", "h264", "hevc", "huffyuv", "indeo3", "indeo4",
    "indeo5", "lagarith", "magicyuv", "mjpeg", "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4", "msmpeg4v1",
    "msmpeg4v2", "msvideo1", "prores", "rawvideo", "utvideo", "vc1", "vp8", "vp9", "libvpx-vp9", "wmv1", "wmv2", "wmv3",
})
SOUND_CODECS = frozenset({
    "aac", "ac3", "adpcm_ima_wav", "adpcm_ms", "alac", "amrnb", "dca", "eac3", "flac", "mp2", "mp2float", "mp3",
    "mp3float", "opus", "libopus", "pcm_alaw", "pcm_mulaw", "pcm_s16be", "pcm_s16le", "pcm_s24le", "pcm_s32le",
    "pcm_u8", "vorbis", "wmav1", "wmav2",
})
# fmt: on
"""Decoders, by FFmpeg's names, of what cameras and editing software put in AVI and MP4."""


def open_film(path: Path, kind: Kind, *, whole: bool) -> InputContainer:
    """Open with the demuxer of `kind`, never a guessed one. `whole` gives all that plays, edit lists ignored.

    An edit list is a header too: where it cuts, some players play on.
    """
    options = {"protocol_whitelist": "file", "codec_whitelist": ",".join(PICTURE_CODECS | SOUND_CODECS)}
    if kind is Kind.MP4:
        options |= {"enable_drefs": "0"} | ({"advanced_editlist": "0"} if whole else {})
    try:
        # Old software writes titles in Latin-1: no reason to refuse, and no title is kept.
        return av.open(str(path), format=kind.value, options=options, metadata_errors="replace")
    except MemoryError:
        raise
    except FFmpegError as error:
        raise Refused(Reason.UNREADABLE, UNREADABLE, kind.mime) from error


def main_picture(film: InputContainer, kind: Kind) -> VideoStream:
    """Give the stream that a player shows; refuse a film without one, or one that we do not decode."""
    check_streams(len(film.streams), kind)
    moving = [stream for stream in film.streams.video if not stream.disposition & Disposition.attached_pic]
    if not moving:
        raise _without_picture(kind, cover=bool(film.streams.video))
    best = film.streams.best("video")
    stream = next((stream for stream in moving if stream is best), moving[0])
    _check_codec(stream, PICTURE_CODECS, kind)
    check_dimensions(stream.codec_context.width, stream.codec_context.height, kind)
    stream.codec_context.thread_count = 1
    return stream


def main_sound(film: InputContainer, kind: Kind) -> AudioStream | None:
    """Give the sound track that we decode; a phone adds others in formats of its own."""
    known = [stream for stream in film.streams.audio if _codec(stream) in SOUND_CODECS]
    if film.streams.audio and not known:
        _check_codec(film.streams.audio[0], SOUND_CODECS, kind)
    return known[0] if known else None


def check_dimensions(width: int, height: int, kind: Kind) -> None:
    """Refuse a picture larger than 8K, and one that says no size at all."""
    if not width or not height:
        raise Refused(Reason.UNREADABLE, UNREADABLE, kind.mime)
    longest, shortest = EIGHT_K
    if max(width, height) > longest or min(width, height) > shortest:
        raise Refused(
            Reason.DIMENSIONS,
            f"L'image de cette vidéo mesure {width} × {height} pixels ; la limite est de {longest} × {shortest}. "
            "Exportez-la en 1920 × 1080, puis envoyez-la.",
            kind.mime,
        )


def _without_picture(kind: Kind, *, cover: bool) -> Refused:
    remedy = "Montez ce son avec des images, exportez le tout en vidéo MP4, puis envoyez le MP4."
    if cover:
        return Refused(
            Reason.COVER_ONLY,
            f"Ce fichier contient du son et une image de couverture, mais aucune vidéo. {remedy}",
            kind.mime,
        )
    return Refused(Reason.NO_VIDEO, f"Ce fichier ne contient aucune piste vidéo. {remedy}", kind.mime)


def _check_codec(stream: Stream, allowed: frozenset[str], kind: Kind) -> None:
    codec = _codec(stream)
    if codec not in allowed:
        what = "L'image" if stream.type == "video" else "Le son"
        raise Refused(
            Reason.CODEC,
            f"{what} de cette vidéo utilise un codage ({codec}) que nous ne savons pas lire. Exportez-la en MP4 "
            "(image H.264, son AAC), puis envoyez-la.",
            kind.mime,
        )


def _codec(stream: Stream) -> str:
    """Name the decoder; a stream that FFmpeg cannot decode has none."""
    context = cast("CodecContext | None", stream.codec_context)
    return context.name if context else "inconnu"


def decoded(packet: "Packet[Any]") -> list[Any]:
    """Give what a packet decodes to: nothing when it is damaged, as players do."""
    try:
        return list(packet.decode())
    except MemoryError:
        raise
    except FFmpegError:
        return []


def first_picture(path: Path, kind: Kind) -> VideoFrame:
    """Give the first picture that decodes; how the phone was held is written on it."""
    with open_film(path, kind, whole=False) as film:
        stream = main_picture(film, kind)
        for packet in film.demux(stream):
            for frame in decoded(packet):
                return cast("VideoFrame", frame)
    raise no_picture(kind)


def no_picture(kind: Kind) -> Refused:
    """Say that nothing can be shown."""
    return Refused(
        Reason.NO_FRAME,
        "Aucune image de cette vidéo n'a pu être lue. Vérifiez qu'elle s'affiche sur votre poste, exportez-la à "
        "nouveau en MP4 (H.264), puis envoyez-la.",
        kind.mime,
    )

"""The sorts of files that people deposit by mistake: what each is in French, and its remedy."""

from dataclasses import dataclass

from concours.intake.rules import Kind

_VIDEO = "Exportez-la en MP4 (H.264) depuis votre logiciel de montage, puis envoyez le MP4."
_CONVERT = (
    "Convertissez-la en MP4, par exemple avec Clipchamp (fourni avec Windows) ou avec VLC (Média > "
    "Convertir / Enregistrer, profil H.264 + MP3 (MP4)), puis envoyez le MP4."
)
_IMAGES = "Assemblez vos images en un PDF (une image par page), puis envoyez le PDF."
_SAVE_AS_PDF = "Exportez-le en PDF (Fichier > Enregistrer sous > PDF), puis envoyez le PDF."
_EXPORT_AS_PDF = "Exportez-le en PDF (Fichier > Exporter au format PDF), puis envoyez le PDF."
_ARCHIVE = "Ouvrez-la sur votre poste, puis envoyez la création qu'elle contient, au format {formats}."
_CREATION = "Déposez votre création elle-même, au format {formats}."


@dataclass(frozen=True)
class Family:
    """One sort of file that is no creation, and what turns it into one.

    `becomes` is the format that the remedy gives: where the edition does not accept it, the remedy is not said.
    `or_film` is added where the edition accepts MP4. `{formats}` stands for the formats of the edition.
    """

    what: str
    remedy: str
    becomes: Kind | None = None
    extensions: tuple[str, ...] = ()
    or_film: str = ""


_ANIMATED = " S'il est animé, exportez-le plutôt en vidéo MP4 (Fichier > Exporter > Créer une vidéo)."
_IPHONE = (
    "C'est le format dans lequel filme l'iPhone, et changer l'extension ne le convertit pas. Sur un poste Windows, "
    "ouvrez-la dans Clipchamp et exportez-la en MP4 ; sur Mac, dans iMovie, choisissez Partager > Fichier ; "
    "ou passez par VLC (Média > Convertir / Enregistrer). Déposez ensuite le MP4."
)

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPENDOCUMENT = "application/vnd.oasis.opendocument."
PLAYLIST = "application/vnd.apple.mpegurl"
LOCKED_OFFICE = "application/encrypted"
COMIC_ARCHIVE = "application/vnd.comicbook+zip"

_word = Family("un document Word (.docx)", _SAVE_AS_PDF, Kind.PDF, ("docx", "docm"))
_image = ("jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "avif", "tif", "tiff", "bmp", "svg")

FAMILIES: dict[str, Family] = {
    WORD: _word,
    POWERPOINT: Family("un diaporama PowerPoint (.pptx)", _SAVE_AS_PDF, Kind.PDF, ("pptx", "pptm", "ppsx"), _ANIMATED),
    EXCEL: Family("un classeur Excel (.xlsx)", _SAVE_AS_PDF, Kind.PDF, ("xlsx", "xlsm")),
    "application/msword": Family("un ancien document Word (.doc)", _SAVE_AS_PDF, Kind.PDF, ("doc",)),
    "application/vnd.ms-powerpoint": Family(
        "un ancien diaporama PowerPoint (.ppt)", _SAVE_AS_PDF, Kind.PDF, ("ppt", "pps"), _ANIMATED
    ),
    "application/vnd.ms-excel": Family("un ancien classeur Excel (.xls)", _SAVE_AS_PDF, Kind.PDF, ("xls",)),
    LOCKED_OFFICE: Family(
        "un document Office protégé par un mot de passe",
        "Retirez le mot de passe, exportez-le en PDF, puis envoyez le PDF.",
        Kind.PDF,
        ("docx", "pptx", "xlsx"),
    ),
    "application/x-ole-storage": Family(
        "un ancien document Office", _SAVE_AS_PDF, Kind.PDF, ("doc", "ppt", "xls", "pub")
    ),
    OPENDOCUMENT + "text": Family("un document LibreOffice Writer (.odt)", _EXPORT_AS_PDF, Kind.PDF, ("odt",)),
    OPENDOCUMENT + "presentation": Family("un diaporama LibreOffice (.odp)", _EXPORT_AS_PDF, Kind.PDF, ("odp",)),
    OPENDOCUMENT + "spreadsheet": Family("un classeur LibreOffice (.ods)", _EXPORT_AS_PDF, Kind.PDF, ("ods",)),
    OPENDOCUMENT: Family("un document LibreOffice", _EXPORT_AS_PDF, Kind.PDF, ("odg", "odt", "odp", "ods")),
    "application/epub+zip": Family("un livre numérique (.epub)", _EXPORT_AS_PDF, Kind.PDF, ("epub",)),
    COMIC_ARCHIVE: Family("une archive d'images de bande dessinée", _IMAGES, Kind.PDF, ("cbz", "zip")),
    "text/rtf": Family("un texte mis en forme (.rtf)", _SAVE_AS_PDF, Kind.PDF, ("rtf",)),
    "application/postscript": Family(
        "un fichier PostScript ou Illustrator", _EXPORT_AS_PDF, Kind.PDF, ("ps", "eps", "ai")
    ),
    "image/vnd.adobe.photoshop": Family("une image Photoshop (.psd)", _IMAGES, Kind.PDF, ("psd",)),
    "image/jpeg": Family("une image JPEG", _IMAGES, Kind.PDF, _image),
    "image/png": Family("une image PNG", _IMAGES, Kind.PDF, _image),
    "image/gif": Family("une image GIF", _IMAGES, Kind.PDF, _image, " Si elle est animée, exportez-la en vidéo MP4."),
    "image/heic": Family(
        "une photo d'iPhone (.heic)",
        "Ouvrez-la sur le téléphone, choisissez Partager > Imprimer, puis enregistrez l'aperçu en PDF. Déposez ce PDF.",
        Kind.PDF,
        _image,
    ),
    "image/": Family("une image", _IMAGES, Kind.PDF, _image),
    "video/quicktime": Family("une vidéo QuickTime (.mov)", _IPHONE, Kind.MP4, ("mov", "qt")),
    "video/3gpp": Family("une vidéo de téléphone (.3gp)", _CONVERT, Kind.MP4, ("3gp", "3gpp", "3g2")),
    "video/x-matroska": Family("une vidéo Matroska (.mkv)", _CONVERT, Kind.MP4, ("mkv",)),
    "video/webm": Family("une vidéo WebM (.webm)", _CONVERT, Kind.MP4, ("webm",)),
    "video/x-ms-asf": Family("une vidéo Windows Media (.wmv)", _CONVERT, Kind.MP4, ("wmv", "asf")),
    "video/mpeg": Family("une vidéo MPEG (.mpg)", _CONVERT, Kind.MP4, ("mpg", "mpeg", "vob", "m2v")),
    "video/MP2T": Family("une vidéo de caméscope (.mts)", _CONVERT, Kind.MP4, ("mts", "m2ts", "ts")),
    "video/mp4": Family("une vidéo MP4 dont le début est abîmé", _VIDEO, Kind.MP4, ("mp4", "m4v")),
    "video/x-msvideo": Family("une vidéo AVI dont le début est abîmé", _VIDEO, Kind.MP4, ("avi",)),
    "video/": Family("une vidéo d'un autre format", _VIDEO, Kind.MP4),
    "application/x-shockwave-flash": Family("une animation Flash (.swf)", _CONVERT, Kind.MP4, ("swf",)),
    "audio/": Family(
        "un enregistrement sonore, sans image",
        "Montez-le avec des images et exportez le tout en vidéo MP4, puis envoyez le MP4.",
        Kind.MP4,
        ("mp3", "wav", "m4a", "aac", "ogg", "oga", "flac", "wma", "aif", "aiff"),
    ),
    PLAYLIST: Family(
        "une liste de lecture : elle désigne des vidéos sans en contenir",
        "Déposez la vidéo elle-même, en AVI ou en MP4.",
        Kind.MP4,
        ("m3u", "m3u8", "pls", "xspf", "ffconcat"),
    ),
    "application/zip": Family("une archive ZIP", _ARCHIVE, None, ("zip",)),
    "application/x-rar": Family("une archive RAR", _ARCHIVE, None, ("rar", "cbr")),
    "application/x-7z-compressed": Family("une archive 7-Zip", _ARCHIVE, None, ("7z",)),
    "application/x-archive": Family("une archive compressée", _ARCHIVE, None, ("gz", "tgz", "tar", "bz2", "xz", "zst")),
    "application/x-iso9660-image": Family("une image de disque", _ARCHIVE, None, ("iso", "img", "dmg")),
    "text/html": Family(
        "une page web",
        "Ouvrez-la dans votre navigateur, choisissez Imprimer > Enregistrer au format PDF, puis envoyez le "
        "PDF. Si vous pensiez avoir téléchargé votre création, recommencez : une page du site a été enregistrée.",
        Kind.PDF,
        ("html", "htm", "xhtml", "mht"),
    ),
    "application/x-executable": Family(
        "un programme",
        "Un programme ne peut pas être déposé. " + _CREATION,
        None,
        ("exe", "msi", "dll", "bin", "sh", "apk"),
    ),
    "application/x-mswinurl": Family(
        "un raccourci, pas le fichier qu'il désigne", _CREATION, None, ("url", "lnk", "webloc")
    ),
    "message/rfc822": Family("un courriel", "Ouvrez-le et envoyez sa pièce jointe.", None, ("eml", "msg")),
    "text/": Family(
        "un fichier de texte",
        "Mettez-le en page dans un traitement de texte et exportez-le en PDF, puis envoyez le PDF.",
        Kind.PDF,
        ("txt", "csv", "md", "xml", "json", "srt", "log"),
    ),
    "application/pdf": Family(
        "un PDF précédé d'autres données",
        "Ouvrez-le dans votre lecteur de PDF et enregistrez-le à nouveau (Imprimer > Enregistrer au format PDF), puis "
        "envoyez ce PDF.",
        Kind.PDF,
        ("pdf",),
    ),
    "application/octet-stream": Family("un fichier d'un format inconnu", _CREATION),
}
"""By MIME name, or by the beginning of one (`image/`) for those not named."""

ALIASES = {
    "application/x-dosexec": "application/x-executable",
    "application/vnd.microsoft.portable-executable": "application/x-executable",
    "application/x-pie-executable": "application/x-executable",
    "application/x-sharedlib": "application/x-executable",
    "application/x-object": "application/x-executable",
    "application/x-mach-binary": "application/x-executable",
    "application/x-msi": "application/x-executable",
    "application/x-msdownload": "application/x-executable",
    "application/java-archive": "application/x-executable",
    "application/vnd.android.package-archive": "application/x-executable",
    "text/x-shellscript": "application/x-executable",
    "text/x-msdos-batch": "application/x-executable",
    "application/gzip": "application/x-archive",
    "application/x-bzip2": "application/x-archive",
    "application/x-xz": "application/x-archive",
    "application/x-tar": "application/x-archive",
    "application/zstd": "application/x-archive",
    "application/x-rar-compressed": "application/x-rar",
    "application/vnd.rar": "application/x-rar",
    "application/xhtml+xml": "text/html",
    "application/x-ms-shortcut": "application/x-mswinurl",
    "video/3gpp2": "video/3gpp",
    "image/heif": "image/heic",
    "application/vnd.ms-asf": "video/x-ms-asf",
    "application/x-matroska": "video/x-matroska",
    "application/CDFV2": "application/x-ole-storage",
    "application/json": "text/plain",
    "application/csv": "text/plain",
    "application/x-subrip": "text/plain",
    "application/x-mpegurl": PLAYLIST,
    "application/rtf": "text/rtf",
    "application/ogg": "audio/ogg",
}
"""Names that libmagic gives to what is the same thing to a candidate."""

"""PDFs made by Typst: tagged (PDF/UA-1), the same bytes for the same data."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, cast

import segno
import typst


def make_pdf(template: Path, paper: Mapping[str, Any], *, at: datetime) -> bytes:
    """Return the PDF that a template makes of `paper`, which it reads as `sys.inputs.document`; `at` dates the file."""
    try:
        return _compile(template, paper, at, ["ua-1"])
    except typst.TypstError:
        # The standard refuses, for one, a sign that no font of ours draws: a tagged file without it beats none.
        return _compile(template, paper, at, [])


def qr_code(address: str) -> str:
    """Return a QR code as SVG, as large as whoever shows it wants."""
    drawn = BytesIO()
    segno.make(address, micro=False).save(drawn, kind="svg", border=4, omitsize=True)
    return drawn.getvalue().decode()


def _compile(template: Path, paper: Mapping[str, Any], at: datetime, standards: list[Literal["ua-1"]]) -> bytes:
    # The compiler's own fonts and no others: the machine's would change the bytes.
    compiler = typst.Compiler(ignore_system_fonts=True)
    pdf = compiler.compile(
        template.read_bytes(),
        format="pdf",
        sys_inputs={"document": json.dumps(paper)},
        pdf_standards=[*standards],
        timestamp=at.astimezone(UTC).replace(microsecond=0),  # the compiler takes whole seconds, at a fixed offset
    )
    return cast("bytes", pdf)

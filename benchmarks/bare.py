"""The least that Flask can do: what our own answers are compared to."""

from flask import Flask

app = Flask(__name__, static_folder=None)


@app.get("/sante")
def health() -> str:
    """Answer without asking anything of anybody."""
    return "ok\n"

"""The honours: the organisers' pages, the stage, what everybody reads, and the game on telephones."""

from concours.honours.views import blind_test, console, gallery, game, publication, stage
from concours.honours.views.base import blueprint

blueprints = (blueprint, gallery.blueprint, game.blueprint)

__all__ = ["blind_test", "blueprint", "blueprints", "console", "gallery", "game", "publication", "stage"]

// The honours: films with their own commands, pages that grow.
import { startFilms } from "./film.js";
import { startZoom } from "./zoom.js";

startFilms();
startZoom();

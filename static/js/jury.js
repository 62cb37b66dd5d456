// What the jury's pages need besides page.js.
import { startFilms } from "./film.js";
import { startRoom } from "./room.js";
import { forgetActs } from "./score-store.js";
import "./scoring.js";
import { dropAll, startTravel } from "./travel.js";
import { startZoom } from "./zoom.js";

startFilms();
startZoom();
startRoom();
startTravel();

// Once scoring is over, nothing stays on the device.
if (document.querySelector("meta[name=scoring]")?.content === "over") dropAll();

// Nor once its owner signs out.
document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (!form.action?.endsWith("/deconnexion") || event.defaultPrevented) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await Promise.allSettled([dropAll(), forgetActs()]);
    form.submit();
  },
  true,
);

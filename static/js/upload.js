import { startCountdowns } from "./countdown.js";

// Sends the file with its progress in sight. Without script the same form works, only blind.
const NBSP = "\u00a0";
const FAILED = "L’envoi a été interrompu : vérifiez votre connexion, puis recommencez. Ce qui était enregistré l’est toujours.";

function size(bytes) {
  const [factor, unit] = [[1e9, "Go"], [1e6, "Mo"], [1e3, "ko"], [1, "octets"]].find(([least]) => bytes >= least) ?? [1, "octet"];
  return `${(bytes / factor).toLocaleString("fr-FR", { maximumFractionDigits: 1 })}${NBSP}${unit}`;
}

function say(form, message) {
  const input = form.querySelector("input[type=file]");
  const line = document.createElement("p");
  line.className = "fr-message fr-message--error";
  line.textContent = message;
  document.getElementById(`${input.id}-messages`).replaceChildren(line);
  input.setAttribute("aria-invalid", "true");
  input.focus();
}

// The answer is a whole page: shown in place, its error summary first.
function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const main = document.adoptNode(page.querySelector("main"));
  document.querySelector("main").replaceWith(main);
  document.title = page.title;
  window.htmx?.process(main);
  startCountdowns(main);
  start();
  document.getElementById("erreurs")?.focus();
}

function send(form, box) {
  const request = new XMLHttpRequest();
  const bar = box.querySelector("progress");
  const words = box.querySelector("[data-progress-words]");
  const spoken = box.querySelector("[data-progress-spoken]");
  const stay = (event) => event.preventDefault();
  const end = () => {
    window.removeEventListener("beforeunload", stay);
    box.hidden = true;
    form.hidden = false;
  };
  let quarter = 0;
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const percent = Math.floor((100 * loaded) / total);
    bar.value = percent;
    words.textContent = loaded < total
      ? `${percent}${NBSP}% : ${size(loaded)} sur ${size(total)}. Gardez cette page ouverte.`
      : "Le fichier est arrivé ; nous regardons ce qu’il contient…";
    if (percent >= 25 * (quarter + 1)) {
      quarter = Math.floor(percent / 25);
      spoken.textContent = `${percent}${NBSP}% envoyés`;
    }
  });
  request.addEventListener("load", () => {
    end();
    if (request.status === 200) window.location.assign(request.responseURL);
    else show(request.responseText);
  });
  request.addEventListener("error", () => {
    end();
    say(form, FAILED);
  });
  request.addEventListener("abort", end);
  box.querySelector("[data-cancel]").onclick = () => request.abort();
  request.open("POST", form.action);
  request.send(new FormData(form));
  window.addEventListener("beforeunload", stay);
  form.hidden = true;
  box.hidden = false;
  bar.focus();
}

function start() {
  for (const upload of document.querySelectorAll("[data-upload]")) {
    const form = upload.querySelector("form");
    form.addEventListener("submit", (event) => {
      const file = form.querySelector("input[type=file]").files[0];
      if (!file) return;
      event.preventDefault();
      event.stopPropagation();
      if (file.size > Number(upload.dataset.limit)) {
        say(form, `Ce fichier pèse ${size(file.size)} ; la limite est de ${upload.dataset.limitWords}. Réduisez-le (une vidéo en 1080p suffit), puis recommencez.`);
      } else {
        send(form, upload.querySelector("[data-progress]"));
      }
    });
  }
}

// The file in sight has just turned out to be unusable: sending another is the one thing to do.
function offerAnother() {
  const upload = document.querySelector("[data-upload]");
  if (!upload || !document.querySelector("#fichier[data-send-again]")) return;
  upload.querySelector("[data-continue]")?.setAttribute("hidden", "");
  upload.querySelector("details")?.setAttribute("open", "");
}

document.addEventListener("htmx:after:swap", offerAnother);
start();

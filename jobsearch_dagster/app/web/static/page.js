// What the page does without being loaded anew: forms change its main part, answers of a language model grow in it.
// Without this script every form still works, and a button lets a model write.
"use strict";

const main = document.getElementById("main");
const status = document.getElementById("status");
let streams = [];

function say(words) {
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = words; });
}

// --- answers that grow ---

function write(target) {
  const stream = new EventSource(target.dataset.stream);
  streams.push(stream);
  const end = () => {
    stream.close();
    target.removeAttribute("aria-busy");
  };
  stream.addEventListener("piece", (event) => { target.append(JSON.parse(event.data)); });
  stream.addEventListener("finished", () => {
    end();
    if (!target.textContent.trim()) target.textContent = "The model wrote nothing.";
  });
  stream.addEventListener("trouble", (event) => {
    end();
    target.className = "trouble";
    target.textContent = JSON.parse(event.data);
  });
  stream.onerror = () => {
    end();
    target.append(" The answer ends here, as the connection does. Ask again.");
  };
}

function begin() {
  streams.forEach((stream) => stream.close());
  streams = [];
  main.querySelectorAll("[data-stream]").forEach(write);
}

// --- forms ---

async function send(form, submitter) {
  main.setAttribute("aria-busy", "true");
  const response = await fetch(form.getAttribute("action"), {
    method: "POST",
    body: new FormData(form, submitter),
    headers: { Accept: "text/html" },
  });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.getElementById("main");
  if (!next || new URL(response.url).pathname === "/login") {
    location.assign("/");
    return;
  }
  main.replaceChildren(...document.adoptNode(next).childNodes);
  main.removeAttribute("aria-busy");
  document.title = page.title;
  begin();
  const place = document.getElementById(form.dataset.focus || "answer") || main;
  place.focus();
  if (!main.querySelector("[role=alert]")) say(place.dataset.told || "");  // an alert speaks for itself
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || "plain" in form.dataset) return;
  event.preventDefault();
  if (main.getAttribute("aria-busy") === "true") return;
  send(form, event.submitter).catch(() => {
    main.removeAttribute("aria-busy");
    say("The server does not answer.");
  });
});

begin();

// Keys, dragging and live progress. Every page works without it.
"use strict";

const cards = () => [...document.querySelectorAll("[data-card]")];
const current = () =>
  cards().find((card) => card.contains(document.activeElement)) ?? document.querySelector("[data-card]:target");
const typing = (node) => node.matches("input:not([type=checkbox]), textarea, select");
const OF_A_CARD = "spxm";

function step(by) {
  const all = cards();
  const place = all.indexOf(current());
  const next = all[place < 0 ? (by > 0 ? 0 : all.length - 1) : place + by];
  next?.querySelector("a")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function press(key) {
  // What a card owns acts in the card that has the focus, else in the one that is shown, and nowhere else:
  // a key whose button is missing there must not decide about another picture.
  const near = current() ?? document.querySelector(".attempt.shown") ?? cards()[0];
  const wanted = `[data-key="${CSS.escape(key)}"]:not(:disabled)`;
  const found = near?.querySelector(wanted) ?? (OF_A_CARD.includes(key) ? null : document.querySelector(wanted));
  if (!found) return false;
  if (typing(found)) found.focus();
  else found.click();
  return true;
}

function showHelp(event) {
  const help = document.getElementById("help");
  if (!help?.showModal) return;
  event?.preventDefault();
  help.open ? help.close() : help.showModal();
}

// What was just done is said once: a reload or a bookmark must not say it again.
const address = new URL(location);
for (const name of ["said", "done", "marks", "words"]) address.searchParams.delete(name);
if (address.href !== location.href) history.replaceState(null, "", address);

// Who speaks to the computer, or whose hands slip, can turn the single letters off.
const letters = document.querySelector("[data-letters]");
if (letters) {
  letters.closest("label").hidden = false;
  letters.checked = localStorage.getItem("letters") !== "off";
  letters.addEventListener("change", () => localStorage.setItem("letters", letters.checked ? "on" : "off"));
}
const deaf = (key) => key !== "?" && key.length === 1 && localStorage.getItem("letters") === "off";

document.addEventListener("keydown", (event) => {
  if (deaf(event.key)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && typing(document.activeElement)) return document.activeElement.blur();
  if (typing(document.activeElement)) return;
  const open = document.querySelector("dialog[open]");
  if (event.key === "?") return showHelp(event);
  if (open) return;
  if (event.key === "j" || event.key === "ArrowDown" && current()) { event.preventDefault(); return step(1); }
  if (event.key === "k" || event.key === "ArrowUp" && current()) { event.preventDefault(); return step(-1); }
  if (event.key === "Enter" && document.activeElement !== document.body) return;
  if (event.key.length === 1 || event.key === "Enter") { if (press(event.key)) event.preventDefault(); }
});

document.querySelector("[data-help]")?.addEventListener("click", showHelp);

for (const form of document.querySelectorAll("[data-filters]")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
  // A list that is walked through with the arrow keys is sent when it is left, or by Enter; else at once.
  let walked = null;
  form.addEventListener("pointerdown", () => { walked = null; });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && walked?.changed) form.requestSubmit();
    else if (event.target.matches("select")) walked ??= { changed: false };
  });
  form.addEventListener("change", (event) => {
    if (walked && event.target.matches("select")) walked.changed = true;
    else if (event.target.matches("select, [type=checkbox], [type=date]")) form.requestSubmit();
  });
  form.addEventListener("focusout", () => {
    if (walked?.changed) form.requestSubmit();
    walked = null;
  });
}
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("[data-filters] :disabled")) field.disabled = false;
});

for (const button of document.querySelectorAll("[data-mark-all]")) {
  const boxes = document.querySelectorAll("[name=marked][type=checkbox]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const all = [...boxes].every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = button.parentElement.querySelector("code").textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(button.parentElement.querySelector("code"));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    button.dataset.done = "yes";
    button.textContent += button.textContent.endsWith("✓") ? "" : " ✓";
  });
}

// The window over the master follows the pointer; letting go sends the form, which makes the file again.
for (const svg of document.querySelectorAll("[data-drag]")) {
  const slot = svg.dataset.drag;
  const form = document.querySelector(`[data-focus="${CSS.escape(slot)}"]`);
  const yaml = document.querySelector(`[data-yaml="${CSS.escape(slot)}"]`);
  if (!form && !yaml) continue;
  const width = Number(svg.dataset.width);
  const height = Number(svg.dataset.height);
  const crop = svg.querySelector(".crop");
  const point = svg.querySelector(".point");
  let moved = "", from = null;
  svg.dataset.ready = "yes";
  const place = (event) => {
    const box = svg.getBoundingClientRect();
    const x = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    const y = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
    const wide = Number(crop.getAttribute("width"));
    const high = Number(crop.getAttribute("height"));
    const left = Math.min(Math.max(x * width - wide / 2, 0), width - wide);
    const top = Math.min(Math.max(y * height - high / 2, 0), height - high);
    crop.setAttribute("x", left);
    crop.setAttribute("y", top);
    const hole = `M${left} ${top}h${wide}v${high}h${-wide}Z`;
    svg.querySelector(".shade").setAttribute("d", `M0 0H${width}V${height}H0Z ${hole}`);
    point.setAttribute("cx", x * width);
    point.setAttribute("cy", y * height);
    moved = `${x.toFixed(3)},${y.toFixed(3)}`;
    if (form) form.elements.point.value = moved;
    // What was true of the crop before it was moved is no longer.
    for (const old of document.querySelectorAll(`[data-before-drag="${CSS.escape(slot)}"]`)) old.hidden = true;
    if (yaml) yaml.textContent = `[${x.toFixed(3)}, ${y.toFixed(3)}]`;
  };
  svg.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    moved = "";
    from = { x: event.clientX, y: event.clientY };
  });
  svg.addEventListener("pointermove", (event) => {
    // A tap is no drag: a finger that scrolls the page must not move a crop.
    if (!from || Math.hypot(event.clientX - from.x, event.clientY - from.y) < 4 && !moved) return;
    place(event);
  });
  svg.addEventListener("pointercancel", () => { from = null; });
  svg.addEventListener("pointerup", () => {
    from = null;
    if (moved && form) form.requestSubmit(form.querySelector("button:not([name])"));
  });
}

const poll = document.querySelector("[data-poll]");
async function look() {
  let job;
  try {
    const answer = await fetch(poll.dataset.poll);
    if (!answer.ok) return location.reload();
    job = await answer.json();
  } catch {
    poll.textContent = poll.dataset.lost;
    return setTimeout(look, 3000);
  }
  poll.textContent = poll.dataset.busy;
  const list = document.querySelector("[data-lines]");
  for (const line of job.lines.slice(list.children.length)) {
    const item = document.createElement("li");
    item.textContent = line;
    list.append(item);
  }
  if (job.done) location.reload();
  else setTimeout(look, 700);
}
if (poll) setTimeout(look, 300);

"use strict";
// Mark the boxes of the claim form that findings are about, and say what was found right below them.
document.addEventListener("htmx:afterSwap", (event) => {
  const told = event.target.querySelector("[data-boxes]");
  if (!told) return;
  for (const box of document.querySelectorAll(".box")) box.className = box.className.replace(/ ?at-[a-z-]+/g, "");
  for (const field of document.querySelectorAll("#claim [aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  for (const one of document.querySelectorAll("#claim .says")) one.remove();
  for (const [name, { disposition, says }] of Object.entries(JSON.parse(told.dataset.boxes))) {
    const field = document.getElementById(name);
    const box = document.getElementById("box-" + name) || (field && field.closest(".box"));
    if (!box) continue;
    if (!/ at-/.test(box.className)) box.classList.add("at-" + disposition);
    const below = document.createElement("p");
    below.className = "says at-" + disposition;
    below.id = "says-" + name;
    const number = box.querySelector(".number-of");
    const where = document.createElement("strong");
    where.textContent = number ? number.textContent + " " : "";
    below.append(where, says.join(" "));
    (box.closest(".line") || box.closest("fieldset")).append(below);
    if (field) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", below.id);
    }
  }
});
// Offer codes while one is typed.
let waiting = 0;
document.addEventListener("input", (event) => {
  if (!event.target.matches || !event.target.matches("[data-codes]")) return;
  clearTimeout(waiting);
  const words = event.target.value.trim();
  if (words.length < 2) return;
  waiting = setTimeout(async () => {
    const systems = event.target.dataset.codes ? event.target.dataset.codes.split(",") : [""];
    const found = await Promise.all(systems.map(async (system) => {
      const asked = new URLSearchParams({ limit: "8", q: words });
      if (system) asked.set("system", system);
      const answer = await fetch("/v1/codes/search?" + asked);
      return answer.ok ? (await answer.json()).results : [];
    }));
    document.getElementById("codes").replaceChildren(...found.flat().map((one) => {
      const option = document.createElement("option");
      option.value = one.code;
      option.textContent = one.title || "";
      return option;
    }));
  }, 150);
});
// Drop a file on the form.
for (const form of document.querySelectorAll(".drop")) {
  const over = (event) => { event.preventDefault(); form.classList.add("over"); };
  form.addEventListener("dragenter", over);
  form.addEventListener("dragover", over);
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    if (event.dataTransfer.files.length) {
      form.querySelector("input[type=file]").files = event.dataTransfer.files;
      if (!("stay" in form.dataset)) form.requestSubmit();
    }
  });
}
// Ask before something is deleted.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
// A button that a person chooses puts its value in a box of the form.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-set]");
  const box = button && document.getElementById(button.dataset.set);
  if (!box) return;
  box.value = button.dataset.value;
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
});
// Copy a text that is ready to send.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const box = button && document.getElementById(button.dataset.copy);
  if (!box) return;
  box.select();
  const copied = navigator.clipboard ? await navigator.clipboard.writeText(box.value).then(() => true, () => false) : document.execCommand("copy");
  document.getElementById("copied").textContent = copied ? "Copied." : "Press Ctrl+C to copy.";
});
// Choose findings; say how many are chosen.
const chosen = () => [...document.querySelectorAll("input[name=chosen]")];
const count = () => {
  const told = document.querySelector("[data-chosen]");
  if (told) told.textContent = `(${chosen().filter((box) => box.checked).length})`;
};
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) for (const box of chosen()) box.checked = event.target.checked;
  count();
});
document.addEventListener("htmx:afterSwap", count);
count();
// Charts: a key hides and shows its line. Tables of an analysis are sorted by a click on a heading.
for (const key of document.querySelectorAll("svg .key[data-series]")) {
  key.closest("svg").setAttribute("role", "group");
  key.setAttribute("role", "button");
  key.setAttribute("tabindex", "0");
  key.setAttribute("aria-pressed", "true");
  const flip = () => {
    const own = key.closest("svg").querySelector(`.series[data-series="${key.dataset.series}"]`);
    const isShown = own.classList.toggle("is-hidden");
    key.classList.toggle("is-off", isShown);
    key.setAttribute("aria-pressed", String(!isShown));
  };
  key.addEventListener("click", flip);
  key.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    flip();
  });
}
const valueOf = (row, column) => {
  const text = row.cells[column] ? row.cells[column].textContent.trim() : "";
  const number = Number(text.replace(/[$,%]/g, ""));
  return text !== "" && !Number.isNaN(number) ? number : text.toLowerCase();
};
for (const heading of document.querySelectorAll(".sections thead th, table.sortable thead th")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sort";
  button.append(...heading.childNodes);
  heading.append(button);
  button.addEventListener("click", () => {
    const isDown = heading.getAttribute("aria-sort") !== "descending";
    for (const one of heading.parentNode.cells) one.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    const body = heading.closest("table").tBodies[0];
    const column = heading.cellIndex;
    const rows = [...body.rows].sort((one, other) => {
      const [a, b] = [valueOf(one, column), valueOf(other, column)];
      const order = typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? 1 : -1;
      return isDown ? -order : order;
    });
    body.append(...rows);
  });
}
// A hint that is opened counts; digits answer a case.
document.addEventListener("toggle", (event) => {
  const told = document.querySelector("[data-hints]");
  if (told && event.target.matches("[data-hint]")) told.value = document.querySelectorAll("[data-hint][open]").length;
}, true);
// Keys: slash searches, Escape leaves a box; in a list of findings, j and k go down and up, x chooses, and letters go to what can be done.
const isTyping = () => /^(input|textarea|select)$/i.test(document.activeElement.tagName) && document.activeElement.type !== "checkbox";
const go = (step) => {
  const links = [...document.querySelectorAll("table.work a.open")];
  if (!links.length) return;
  const row = document.activeElement.closest("table.work tbody tr");
  const at = row ? links.indexOf(row.querySelector("a.open")) : -1;
  links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping()) { // back to the list, without emptying the box
    document.activeElement.blur();
    event.preventDefault();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping()) return;
  const box = document.querySelector("input[type=search]");
  const row = document.activeElement.closest("table.work tbody tr");
  const field = /^[asrc]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
  const choice = document.querySelector(`[data-choice="${CSS.escape(event.key)}"]`);
  if (event.key === "/" && box) box.focus();
  else if (choice) choice.click();
  else if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "x" && row) row.querySelector("input[name=chosen]").click();
  else if (field) field.focus();
  else return;
  event.preventDefault();
});

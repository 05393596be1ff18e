"use strict";
// Mark the boxes of the claim form that findings are about.
document.addEventListener("htmx:afterSwap", (event) => {
  const told = event.target.querySelector("[data-boxes]");
  if (!told) return;
  for (const box of document.querySelectorAll(".box")) box.className = box.className.replace(/ ?at-[a-z-]+/g, "");
  for (const [name, disposition] of Object.entries(JSON.parse(told.dataset.boxes))) {
    const box = document.getElementById("box-" + name);
    if (box) box.classList.add("at-" + disposition);
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
    const answer = await fetch("/v1/codes/search?limit=8&q=" + encodeURIComponent(words));
    if (!answer.ok) return;
    const list = document.getElementById("codes");
    list.replaceChildren(...(await answer.json()).results.map((one) => {
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
      form.requestSubmit();
    }
  });
}
// Ask before something is deleted.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
// Slash goes to the search box.
document.addEventListener("keydown", (event) => {
  const box = document.querySelector("input[type=search]");
  if (event.key === "/" && box && !/^(input|textarea|select)$/i.test(document.activeElement.tagName)) {
    event.preventDefault();
    box.focus();
  }
});

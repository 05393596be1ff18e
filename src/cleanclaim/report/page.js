(() => {
  "use strict";
  const controls = document.getElementById("controls");
  if (!controls) return;
  const search = document.getElementById("search");
  const edit = document.getElementById("edit");
  const shown = document.getElementById("shown");
  const expand = document.getElementById("expand");
  const boxes = [...controls.querySelectorAll("input[type=checkbox]")];
  const claims = [...document.querySelectorAll(".claim")].map((element) => ({
    element,
    name: element.querySelector("header").textContent.toLowerCase(),
    findings: [...element.querySelectorAll(".finding")].map((item) => ({ item, text: item.textContent.toLowerCase() })),
  }));
  const all = claims.reduce((sum, claim) => sum + claim.findings.length, 0);

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let findings = 0;
    for (const claim of claims) {
      let any = false;
      for (const { item, text } of claim.findings) {
        const fits =
          wanted.has(item.dataset.disposition) &&
          (!edit.value || edit.value === item.dataset.code) &&
          words.every((word) => text.includes(word) || claim.name.includes(word));
        item.hidden = !fits;
        any ||= fits;
        findings += fits;
      }
      claim.element.hidden = !any;
    }
    shown.textContent = `${findings.toLocaleString("en-US")} of ${all.toLocaleString("en-US")} findings shown`;
  }

  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  for (const box of boxes) box.addEventListener("change", filter);
  edit.addEventListener("change", filter);
  expand.addEventListener("click", () => {
    const open = expand.getAttribute("aria-pressed") !== "true";
    expand.setAttribute("aria-pressed", String(open));
    for (const details of document.querySelectorAll(".finding details")) details.open = open;
  });
  document.getElementById("print").addEventListener("click", () => window.print());
  controls.hidden = false;
  filter();
})();

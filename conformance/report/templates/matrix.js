"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const differ = byId("differ"), outcome = byId("outcome"), search = byId("search"), status = byId("shown");
  const sections = { claims: byId("claims"), checks: byId("checks") };
  const which = () => document.querySelector('input[name="rows"]:checked').value;

  function show() {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = outcome.value, only = differ.checked;
    for (const [name, section] of Object.entries(sections)) section.hidden = name !== which();
    let shown = 0, all = 0;
    for (const body of sections[which()].querySelectorAll("tbody")) {
      let here = 0;
      for (const row of body.querySelectorAll("tr[data-id]")) {
        const id = row.dataset.id.toLowerCase();
        const fits = (!only || row.dataset.differs === "1")
          && (!wanted || row.dataset.outcomes.split(" ").includes(wanted))
          && words.every((word) => id.includes(word));
        row.hidden = !fits;
        all += 1;
        here += fits ? 1 : 0;
      }
      body.hidden = here === 0;
      shown += here;
    }
    status.textContent = `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} rows`;
  }

  function follow() {
    const id = decodeURIComponent(location.hash.slice(1));
    const row = id && byId(id);
    const section = row && row.closest("section[data-rows]");
    if (!section) return;
    document.querySelector(`input[name="rows"][value="${section.dataset.rows}"]`).checked = true;
    differ.checked = false;
    outcome.value = "";
    search.value = "";
    show();
    row.scrollIntoView({ block: "center" });
  }

  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
  for (const control of document.querySelectorAll(".controls input:not([type=search]), .controls select")) {
    control.addEventListener("change", show);
  }
  addEventListener("hashchange", follow);
  byId("controls").hidden = false;
  show();
  follow();
})();

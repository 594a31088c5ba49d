"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (query, where = document) => [...where.querySelectorAll(query)];
  const picks = { target: byId("target"), contract: byId("contract"), area: byId("area") };
  const search = byId("search"), status = byId("shown");
  const findings = all("section.cell details");
  const texts = new Map(findings.map((item) => [item, item.textContent.toLowerCase()]));
  const fits = (name, item) => !picks[name].value || item.dataset[name] === picks[name].value;

  function show() {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const matches = (text) => words.every((word) => text.includes(word));
    const area = picks.area.value;
    const kind = area ? "areas" : document.querySelector('input[name="rows"]:checked').value;
    for (const item of all(".board [data-target]")) item.hidden = !fits("target", item);
    for (const item of all("tbody[data-contract], .shared tr[data-contract]")) item.hidden = !fits("contract", item);
    for (const row of all("tr.part")) {
      const named = kind === "areas" ? !area || row.dataset.name === area : matches(row.dataset.name.toLowerCase());
      row.hidden = row.dataset.kind !== kind || !named;
    }
    let shown = 0;
    for (const section of all("section.cell")) {
      let here = 0;
      for (const item of all("details", section)) {
        item.hidden = !matches(texts.get(item)) || (area && !item.dataset.areas.split(" ").includes(area));
        here += item.hidden ? 0 : 1;
      }
      section.hidden = !fits("target", section) || !fits("contract", section) || ((words.length || area) && !here);
      shown += section.hidden ? 0 : here;
    }
    status.textContent = `${shown.toLocaleString("en")} of ${findings.length.toLocaleString("en")} findings`;
  }

  let left = null; // the link that led away, and what was searched for: the way back leads there

  function follow() {
    if (!location.hash && left) {
      search.value = left.words;
      show();
      left.link.focus();
      return;
    }
    const section = byId(decodeURIComponent(location.hash.slice(1)));
    if (!section || !section.matches(".cell") || !section.hidden) return;
    for (const pick of Object.values(picks)) pick.value = "";
    search.value = "";
    show();
    section.scrollIntoView();
  }

  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
  for (const control of all(".controls input:not([type=search]), .controls select")) control.addEventListener("change", show);
  for (const link of all(".board a, .shared a")) {
    link.addEventListener("click", () => {
      left = { link, words: search.value };
      if (link.dataset.search) search.value = link.dataset.search;
      show();
    });
  }
  addEventListener("hashchange", follow);
  byId("controls").hidden = false;
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  show();
  follow();
})();

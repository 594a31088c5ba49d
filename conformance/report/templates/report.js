// The script of report.html: unfolds the lists of facts and checks from the data in the page, filters them, follows deep
// links and copies. It fetches nothing. Without it the page still shows its first screen and the findings.
"use strict";
(() => {
  const CHUNK = 100; // rows that a list shows at once
  const OPEN_UP_TO = 60; // matches up to which every branch is open
  const MORE_FINDINGS = 50;
  const data = JSON.parse(document.getElementById("data").textContent);
  const text = (at) => (at < 0 || at === undefined ? "" : data.texts[at]);

  // The rows, with names: the places of a row are those of `_Rows` in conformance/report/html.py.
  const idOf = ([name, operation, area]) =>
    (name < 0 ? data.texts[-1 - name] : `${text(operation)}/${text(area)}/${text(name)}`);
  const checks = data.checks.map((row, number) => ({
    number,
    id: idOf(row), operation: text(row[1]), area: text(row[2]), outcome: text(row[3]), level: text(row[4]),
    statement: text(row[5]), reason: text(row[6]), places: data.places[row[7]], known: Boolean(row[8]), facts: row[9],
    restsOn: text(row[10]), notes: (row[11] || []).map(text), finding: row[12] || 0, basis: text(row[13]),
    expected: text(row[14]), received: text(row[15]), reproduce: text(row[16]), declared: text(row[17]),
    exchanges: row[18] || [],
  }));
  const facts = data.facts.map((row, number) => ({
    number,
    id: row.slice(0, 4).map(text).join("/"),
    operation: text(row[0]), direction: text(row[1]), path: text(row[2]), facet: text(row[3]), outcome: text(row[4]),
    why: text(row[5]), value: text(row[6]), basis: text(row[7]), level: text(row[8]), places: data.places[row[9]],
    otherwise: row[10].map((pair) => pair.map(text)), observed: row[11].map(text), checks: [],
  }));
  for (const check of checks) for (const at of check.facts) facts[at].checks.push(check);
  const checkById = new Map(checks.map((check) => [check.id, check]));
  const factById = new Map(facts.map((fact) => [fact.id, fact]));

  const FACT_OUTCOMES = ["broken", "contradicted", "not exercised", "conforms"];
  const CHECK_OUTCOMES = ["failed", "error", "skipped", "passed"];
  const TWIN = { broken: "failed", contradicted: "", "not exercised": "skipped", conforms: "passed",
    failed: "broken", error: "", skipped: "not exercised", passed: "conforms" };

  // ---- making elements; every text goes in as text, never as markup

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== "" && child !== null));
    return element;
  }

  const number = (value) => value.toLocaleString("en-US");
  const counted = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
  const many = (outcome, count) => (outcome === "conforms" && count > 1 ? "conform" : outcome);
  const toneOf = (outcome) => outcome.replace(" ", "-");
  const reference = (id) => `#${encodeURIComponent(id).replaceAll("%2F", "/").replaceAll("%3A", ":")}`;
  const copyButton = (label) => make("button", { type: "button", class: "copy", "aria-label": label }, "Copy");

  function cites(places) {
    return places.split(" ").filter(Boolean).flatMap((place) => {
      const name = data.sources[place] ? place : place.split(":")[0];
      if (!data.sources[name]) return [make("span", { class: "cite" }, place), " "];
      const [title, url] = data.sources[name];
      const link = url ? { href: url, rel: "noreferrer" } : { href: reference(`source:${name}`) };
      return [make("a", { class: "cite", title, ...link }, place), " "];
    });
  }

  /** Fill a <details> when it is opened for the first time. */
  function lazily(details, fill) {
    let filled = false;
    const open = () => {
      if (details.open && !filled) {
        filled = true;
        details.append(...[fill()].flat());
      }
    };
    details.addEventListener("toggle", open);
    details.unfold = () => { details.open = true; open(); };
    return details;
  }

  /** A list that shows some rows, and more of them on demand. */
  function list(items, rowOf) {
    const rows = make("ul", { class: "rows" });
    const more = make("button", { type: "button", class: "more" });
    let shown = 0;
    const show = () => {
      const next = items.slice(shown, shown + CHUNK).map(rowOf);
      rows.append(...next);
      shown += next.length;
      const left = items.length - shown;
      more.textContent = `Show ${number(Math.min(left, CHUNK))} more of ${number(left)}`;
      more.hidden = left === 0;
      return next;
    };
    more.addEventListener("click", () => show()[0]?.querySelector("summary")?.focus());
    show();
    return [rows, more];
  }

  // ---- one check, one fact

  /** Lay out a JSON body over lines as it was sent: no number is changed by parsing it. */
  function laidOut(body) {
    try { JSON.parse(body); } catch { return body; }
    const tokens = body.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g);
    let depth = 0;
    const newLine = () => `\n${"  ".repeat(depth)}`;
    return tokens.map((token, at, all) => {
      if (token === "{" || token === "[") {
        if ("}]".includes(all[at + 1])) return token;
        depth += 1;
        return token + newLine();
      }
      if (token === "}" || token === "]") {
        if ("{[".includes(all[at - 1])) return token;
        depth -= 1;
        return newLine() + token;
      }
      if (token === ",") return token + newLine();
      return token === ":" ? ": " : token;
    }).join("");
  }

  function message(title, [head, body]) {
    const block = make("pre", { tabindex: "0", role: "group", "aria-label": title }, `${head}\n${laidOut(body)}`);
    return make("div", { class: "copyable" }, make("strong", { class: "part" }, title), " ", copyButton(`Copy: ${title}`), block);
  }

  function exchangesOf(check) {
    const shown = check.exchanges.map((at) => data.exchanges[at]);
    const title = shown.length === 1 ? "The exchange" : `The ${shown.length} exchanges`;
    return lazily(make("details", { class: "exchanges" }, make("summary", {}, title)), () =>
      shown.flatMap((exchange) => [
        message(`Sent: ${exchange.of}`, exchange.sent),
        exchange.answer ? message(`Answer after ${exchange.ms} ms`, exchange.answer) : "",
        exchange.fault ? make("p", {}, `No answer: ${exchange.fault}`) : "",
      ]));
  }

  function explanation(check) {
    const parts = make("dl", { class: "explanation" });
    const part = (label, ...content) => {
      if (content.some((child) => child !== "")) parts.append(make("dt", {}, label), make("dd", {}, ...content));
    };
    part("Outcome", `${check.reason}${check.known ? " (declared beforehand)" : ""}`);
    part("Expected", check.expected);
    part("Received", check.received);
    if (check.received) parts.lastChild.className = "received";
    part("Because", `${check.statement} `, ...(check.places ? cites(check.places) : [check.basis]));
    part("Level", check.level);
    part("Rests on", check.restsOn);
    for (const note of check.notes) part("Note", note);
    part("Declared", check.declared);
    if (check.reproduce) {
      const line = make("pre", { class: "reproduce", tabindex: "0", role: "group", "aria-label": "Line to reproduce it" }, check.reproduce);
      parts.append(make("dt", {}, "Reproduce"), make("dd", { class: "copyable" }, copyButton("Copy the line"), line));
    }
    if (check.facts.length) {
      const links = check.facts.flatMap((at, n) =>
        [n ? ", " : "", make("a", { class: "id", href: reference(`fact:${facts[at].id}`) }, facts[at].id)]);
      part(check.facts.length === 1 ? "Fact" : "Facts", ...links);
    }
    return [parts, check.exchanges.length ? exchangesOf(check) : ""];
  }

  function identity(id, address) {
    return make("p", { class: "copyable" }, make("code", { class: "id" }, id), " ", copyButton("Copy the id"), " ",
      make("a", { href: reference(address) }, "link"));
  }

  function row(item, tone, word, title, says, inside) {
    const summary = make("summary", {}, make("span", { class: "tone" }, word),
      make("span", {}, make("span", { class: "id" }, title), says ? make("span", { class: "says" }, says) : ""));
    const details = lazily(make("details", {}, summary), () => make("div", { class: "inside" }, ...inside()));
    const made = make("li", { class: `row ${tone}` }, details);
    made.item = item;
    return made;
  }

  function checkRow(check) {
    const word = check.known ? `${check.outcome} (known)` : check.outcome;
    const says = check.outcome === "passed" ? check.statement : check.reason || check.statement;
    return row(check, toneOf(check.outcome), word, check.id, says, () => [
      identity(check.id, check.id),
      check.finding
        ? make("p", {}, "Shown in full: ", make("a", { href: `#finding-${check.finding}` }, `finding ${check.finding}`))
        : "",
      ...explanation(check),
    ]);
  }

  function factRow(fact) {
    const title = fact.basis ? `${fact.facet} = ${clip(fact.value)}` : fact.facet;
    const says = [fact.level, fact.basis, fact.places].filter(Boolean).join(" · ");
    return row(fact, toneOf(fact.outcome), fact.outcome, title, says, () => {
      const parts = make("dl", { class: "explanation" });
      const part = (label, ...content) => parts.append(make("dt", {}, label), make("dd", {}, ...content));
      if (fact.basis) part("Value", make("code", {}, fact.value));
      if (fact.why) part("Why", fact.why);
      if (fact.places) part("Stated in", ...cites(fact.places));
      for (const [place, value] of fact.otherwise) part("Otherwise", ...cites(place), make("code", {}, value));
      if (fact.observed.length) part("Observed", `against it: ${fact.observed.join(", ")}`);
      const judges = fact.checks.length
        ? lazily(make("details", {}, make("summary", {}, `${counted(fact.checks.length, "check")} of it`)),
          () => list(fact.checks, checkRow))
        : "";
      if (fact.checks.length && fact.checks.length <= 5) judges.unfold();
      return [identity(fact.id, `fact:${fact.id}`), parts, judges];
    });
  }

  const clip = (value) => (value.length > 160 ? `${value.slice(0, 160)}…` : value);

  // ---- trees of rows

  function tally(items, outcomes) {
    const counts = new Map(outcomes.map((outcome) => [outcome, 0]));
    for (const item of items) counts.set(item.outcome, (counts.get(item.outcome) || 0) + 1);
    const parts = [...counts].filter(([, count]) => count).map(([outcome, count]) =>
      make("span", { class: toneOf(outcome) }, make("span", { class: "tone" }, `${number(count)} ${many(outcome, count)}`)));
    return make("span", { class: "tally" }, ...parts);
  }

  function branch(name, items, outcomes, open, fill) {
    const summary = make("summary", {}, make("span", { class: "name path" }, name), tally(items, outcomes));
    const details = lazily(make("details", { class: "branch" }, summary), fill);
    if (open) details.unfold();
    return details;
  }

  function groups(items, keyOf) {
    const found = new Map();
    for (const item of items) {
      const key = keyOf(item);
      if (!found.has(key)) found.set(key, []);
      found.get(key).push(item);
    }
    return [...found];
  }

  function checkTree(items, open) {
    return groups(items, (item) => item.operation).map(([operation, ofIt]) =>
      branch(operation, ofIt, CHECK_OUTCOMES, true, () => groups(ofIt, (item) => item.area).map(([area, ofArea]) =>
        branch(area, ofArea, CHECK_OUTCOMES, open, () => list(ofArea, checkRow)))));
  }

  /** Facts by the members that they are about: a list's entries and a map's keys and values are members, too. */
  function pathTree(items) {
    const root = { below: new Map(), own: [], all: items };
    for (const fact of items) {
      let node = root;
      for (const part of fact.path.split(/\.|(?=\[\])|(?=\{)/)) {
        if (!node.below.has(part)) node.below.set(part, { below: new Map(), own: [], all: [] });
        node = node.below.get(part);
        node.all.push(fact);
      }
      node.own.push(fact);
    }
    return root;
  }

  function pathBranches(node, open) {
    return [...node.below].map(([name, inner]) =>
      branch(name === "[]" ? "[] each entry" : name || "the message as a whole", inner.all, FACT_OUTCOMES, open,
        () => [...(inner.own.length ? list(inner.own, factRow) : []), ...pathBranches(inner, open)]));
  }

  function factTree(items, open) {
    return groups(items, (item) => item.operation).map(([operation, ofIt]) =>
      branch(operation, ofIt, FACT_OUTCOMES, true, () => groups(ofIt, (item) => item.direction).map(([direction, some]) =>
        branch(direction || "other", some, FACT_OUTCOMES, open, () => pathBranches(pathTree(some), open)))));
  }

  // ---- filters, and the view in the address

  const form = document.getElementById("filters");
  const field = form.elements;
  const FILTERS = ["view", "q", "operation", "area", "level", "outcome", "document"];
  const sourcesOf = (places) => places.split(" ").map((place) => place.split(":")[0]);
  const distinct = (values) => [...new Set(values)].filter(Boolean);

  function offer(name, values, titles = {}) {
    const before = field[name].value;
    field[name].replaceChildren(make("option", { value: "" }, "all"),
      ...values.map((value) => make("option", { value }, titles[value] ? `${value}: ${titles[value][0]}` : value)));
    field[name].value = values.includes(before) ? before : "";
  }

  function offerOutcomes() {
    const before = field.outcome.value;
    const outcomes = field.view.value === "facts" ? FACT_OUTCOMES : CHECK_OUTCOMES;
    offer("outcome", outcomes);
    if (before && !outcomes.includes(before)) field.outcome.value = TWIN[before] || "";
  }

  const haystacks = new Map();
  function haystack(item) {
    if (!haystacks.has(item)) {
      const words = item.facet === undefined
        ? [item.id, item.statement, item.reason, item.received, item.places]
        : [item.id, item.value, item.why, item.basis, item.places];
      haystacks.set(item, words.join("\n").toLowerCase());
    }
    return haystacks.get(item);
  }

  function matching() {
    const words = field.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { operation, area, level, outcome, document: source } =
      Object.fromEntries(FILTERS.map((name) => [name, field[name].value]));
    const isFact = field.view.value === "facts";
    return (isFact ? facts : checks).filter((item) =>
      (!operation || item.operation === operation)
      && (!area || (isFact ? item.checks.some((check) => check.area === area) : item.area === area))
      && (!level || item.level === level)
      && (!outcome || item.outcome === outcome)
      && (!source || sourcesOf(item.places).includes(source))
      && words.every((word) => haystack(item).includes(word)));
  }

  const tree = document.getElementById("tree");
  function render() {
    const isFact = field.view.value === "facts";
    const items = matching();
    const all = isFact ? facts : checks;
    const noun = isFact ? "fact" : "check";
    document.getElementById("matches").textContent = items.length === all.length
      ? `all ${counted(all.length, noun)}`
      : `${number(items.length)} of ${counted(all.length, noun)} ${items.length === 1 ? "matches" : "match"}`;
    const open = items.length <= OPEN_UP_TO;
    tree.replaceChildren(...(isFact ? factTree(items, open) : checkTree(items, open)));
  }

  function addressOfView() {
    const chosen = FILTERS.map((name) => [name, field[name].value])
      .filter(([name, value]) => value && !(name === "view" && value === "facts"));
    return chosen.length ? `#?${new URLSearchParams(chosen)}` : "";
  }

  function rememberView() {
    try {
      history.replaceState(null, "", addressOfView() || location.pathname + location.search);
    } catch {
      // A page in a sandbox may not change its address: the view is only not kept.
    }
  }

  let waiting = 0;
  function stopWaiting() {
    clearTimeout(waiting);
    waiting = 0;
  }
  function renderSoon(delay) {
    stopWaiting();
    waiting = setTimeout(renderNow, delay);
  }
  function renderNow() {
    stopWaiting();
    rememberView();
    render();
  }

  function setView(chosen) {
    stopWaiting(); // what was being typed is over
    field.view.value = chosen.get("view") === "checks" ? "checks" : "facts";
    field.outcome.value = "";
    offerOutcomes();
    for (const name of FILTERS.slice(1)) field[name].value = chosen.get(name) || "";
    render();
  }

  form.addEventListener("input", (event) => {
    if (event.target.name === "view") offerOutcomes();
    renderSoon(event.target === field.q ? 120 : 0);
  });
  // Who has left the search walks in the tree: it must not be replaced under their hands.
  field.q.addEventListener("blur", () => { if (waiting) renderNow(); });
  form.addEventListener("reset", () => setTimeout(() => { offerOutcomes(); renderNow(); }));
  form.addEventListener("submit", (event) => event.preventDefault());

  // ---- deep links

  function reveal(element) {
    for (let above = element.parentElement; above; above = above.parentElement) {
      if (above.tagName === "DETAILS") above.open = true;
    }
    for (const hit of document.querySelectorAll(".hit")) hit.classList.remove("hit");
    element.scrollIntoView({ block: "start" });
  }

  /** Show one fact or check among the lists, whatever was filtered or folded before. */
  function showRow(view, item) {
    setView(new URLSearchParams({ view, q: item.id }));
    const found = [...tree.querySelectorAll(".row")].find((row) => row.item === item);
    const details = found.querySelector("details");
    details.unfold();
    reveal(found);
    found.classList.add("hit");
    details.querySelector("summary").focus({ preventScroll: true });
  }

  const isField = (element) => /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName);

  function follow() {
    const address = location.hash.slice(1);
    if (address.startsWith("?")) {
      setView(new URLSearchParams(address.slice(1)));
      document.getElementById("explorer").scrollIntoView();
      return;
    }
    let id = address;
    try { id = decodeURIComponent(address); } catch { /* an address typed by hand: take it as it is */ }
    const element = id && document.getElementById(id);
    if (element) {
      reveal(element);
      if (checkById.has(id)) element.classList.add("hit");
      // The event comes after the browser has gone there: who has gone on to a field keeps it.
      if (!isField(document.activeElement)) element.focus({ preventScroll: true });
    } else if (id.startsWith("fact:") && factById.has(id.slice(5))) {
      showRow("facts", factById.get(id.slice(5)));
    } else if (checkById.has(id)) {
      showRow("checks", checkById.get(id));
    } else if (id) {
      say(`There is no check ${id} in this report.`);
    }
  }

  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    // The same link once more changes no address, and is followed all the same.
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) follow();
  });

  // ---- copying

  const status = document.getElementById("status");
  function say(words) { status.textContent = words; }

  async function copy(words, button) {
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      // No clipboard for pages from plain HTTP: the old way, by a selection.
      const area = make("textarea", { class: "unseen" });
      area.value = words;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    button.textContent = "Copied";
    say("Copied");
    setTimeout(() => { button.textContent = before; say(""); }, 1500);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) {
      const source = button.closest(".copyable").querySelector("pre, code");
      copy(source.dataset.copy ?? source.textContent, button);
    }
  });
  document.getElementById("copy-view").addEventListener("click", (event) =>
    copy(location.href.replace(/#.*$/, "") + addressOfView(), event.target));

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !isField(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.q.focus();
    }
  });

  // Paper has no folds: the list of findings is printed whole.
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll(".index-more")) details.open = true;
  });

  // ---- what the page leaves to the script

  for (const details of document.querySelectorAll(".exchanges")) {
    details.addEventListener("toggle", () => {
      for (const body of details.querySelectorAll(".body")) body.textContent = laidOut(body.textContent);
    }, { once: true });
  }

  for (const details of document.querySelectorAll(".others")) {
    const [, , members] = data.findings[Number(details.dataset.finding)];
    lazily(details, () => list(members.slice(1).map((at) => checks[at]), checkRow));
  }

  for (const details of document.querySelectorAll(".reason[data-kind]")) {
    const { kind, reason } = details.dataset;
    if (details.querySelector("ul")) continue;
    lazily(details, () => (kind === "facts"
      ? list(facts.filter((item) => item.outcome === "not exercised" && item.why === reason), factLine)
      : list(checks.filter((item) => item.outcome === "skipped" && (item.reason || "no reason given") === reason), checkRow)));
  }

  function factLine(fact) {
    return make("li", {}, make("a", { class: "id", href: reference(`fact:${fact.id}`) }, fact.id));
  }

  const rest = document.getElementById("more-findings");
  if (rest) {
    let next = Number(rest.dataset.from);
    const more = make("button", { type: "button", class: "more" });
    const label = () => {
      more.textContent = `Show ${number(Math.min(data.findings.length - next, MORE_FINDINGS))} more findings`;
      more.hidden = next >= data.findings.length;
    };
    more.addEventListener("click", () => {
      const made = data.findings.slice(next, next + MORE_FINDINGS).map(([tone, title, members], at) => {
        const rank = make("span", { class: "rank" }, number(next + at + 1));
        return make("article", { class: `finding ${tone}` }, make("h3", {}, rank, ` ${title}`),
          ...list(members.map((at) => checks[at]), checkRow));
      });
      next += made.length;
      more.before(...made);
      label();
      made[0].querySelector("summary").focus();
    });
    label();
    rest.append(more);
  }

  document.documentElement.classList.add("js");
  const everything = [...facts, ...checks];
  offer("operation", distinct(everything.map((item) => item.operation)));
  offer("area", distinct(checks.map((item) => item.area)));
  offer("level", distinct(everything.map((item) => item.level)));
  offer("document", distinct(everything.flatMap((item) => sourcesOf(item.places))), data.sources);
  offerOutcomes();
  render();
  if (location.hash) follow();
})();

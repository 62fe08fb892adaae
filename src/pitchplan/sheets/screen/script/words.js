// Words and names in the language chosen; every text reaches the page as text, never as markup.
function word(key, parts = {}) {
  return data.words[state.language][key].replace(/\{(\w+)\}/g, (_, name) => String(parts[name]));
}

function name(index) {
  if (index < 0) return "";
  const [local, english] = data.names[index];
  return state.language === "en" ? english || local : local;
}

// The name in the other language; empty where the map has one language or the name is the same.
function secondName(index) {
  if (index < 0 || data.languages.length < 2) return "";
  const [local, english] = data.names[index];
  const other = state.language === "en" ? local : english;
  return other === name(index) ? "" : other;
}

const districtName = (index) => name(index < 0 ? -1 : districts[index].name) || word("no_district");

function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((c) => c !== "" && c !== null));
  return made;
}

let silence = 0;
function say(text) {
  // Emptied first: a screen reader says nothing when a text replaces itself.
  element("said").textContent = "";
  clearTimeout(silence);
  silence = setTimeout(() => { element("said").textContent = text; }, 60);
}

function distanceText(metres) {
  if (metres < 1000) return word("metres", { n: Math.max(10, Math.round(metres / 10) * 10) });
  return word("kilometres", { n: (metres / 1000).toFixed(metres < 10000 ? 1 : 0) });
}

function directionText(dx, dy) {
  const turn = Math.round(Math.atan2(dx, dy) / (Math.PI / 4));
  return word("direction", { wind: word("winds").split(" ")[(turn + 8) % 8] });
}

function showWords() {
  document.documentElement.lang = state.language === "zh" ? "zh-CN" : state.language;
  document.title = word("title");
  for (const e of document.querySelectorAll("[data-word]")) e.textContent = word(e.dataset.word);
  // Opening hours are not broken between two lines.
  element("season").textContent = word("season").replace(/–/g, "\u2060–\u2060");
  for (const e of document.querySelectorAll("[data-label]")) e.setAttribute("aria-label", word(e.dataset.label));
  for (const e of document.querySelectorAll("button[data-label]")) e.title = word(e.dataset.label);
  for (const e of document.querySelectorAll("[data-hint]")) e.placeholder = word(e.dataset.hint);
  element("language").hidden = data.languages.length < 2;
  element("language").lang = state.language === "en" ? "zh-CN" : "en";
  element("legend").replaceChildren(...legendRows());
  element("about-lines").replaceChildren(...data.words[state.language].about_lines.map((line) => make("p", {}, line)));
}

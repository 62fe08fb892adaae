// The card of one spot: all that a grower or a neighbour needs, in both languages.
function fillCard(spot) {
  const district = spot.d < 0 ? null : districts[spot.d];
  const degrees = `${spot.lonlat[1].toFixed(6)}, ${spot.lonlat[0].toFixed(6)}`;
  const copyButton = make("button", { type: "button", onclick: () => copy(degrees, copyButton) }, word("copy"));
  const place = make("span", { id: "degrees" }, degrees);
  const both = (index) => [name(index), secondName(index) && make("small", {}, secondName(index))];
  const facts = [
    ["card_hours", spot.hours],
    ["card_season", spot.days ? spot.days[state.language] || word("days") : word("days")],
    ["card_pitches", word("pitches_here", { n: spot.pitches })],
    ["card_community", ...(district && spot.c === district.name ? [""] : both(spot.c))],
    ["card_district", ...(district ? both(district.name) : [""])],
    ["card_contact", district ? district.contact : ""],
    ["card_square", spot.square],
    ["card_place", place, make("small", {}, word("card_datum"))],
  ].filter(([, first]) => first);
  element("card").replaceChildren(
    make("div", { class: "top" },
      make("span", { class: "number", "aria-hidden": "true" }, String(spot.id)),
      make("span", { class: "free" }, word("free")),
      make("button", { type: "button", class: "quiet", id: "back", onclick: () => closeCard(true) }, `× ${word("back")}`)),
    make("h2", { id: "card-title", tabindex: "-1" }, make("span", { class: "unseen" }, `${word("spot", { number: spot.id })}: `), name(spot.n)),
    secondName(spot.n) ? make("p", { class: "second", lang: state.language === "en" ? "zh-CN" : "en" }, secondName(spot.n)) : "",
    state.from ? make("p", {}, `${word(state.from.me ? "from_me" : "from_here")}: ${Object.values(awayText(spot)).join(word("comma"))} · ${word("straight")}`) : "",
    make("dl", {}, ...facts.flatMap(([key, ...values]) => [make("dt", {}, word(key)), make("dd", {}, ...values.filter(Boolean))])),
    make("div", { class: "actions" },
      make("a", { href: `geo:${spot.lonlat[1]},${spot.lonlat[0]}?q=${spot.lonlat[1]},${spot.lonlat[0]}`, rel: "noreferrer" }, word("navigate")),
      copyButton,
      make("button", { type: "button", onclick: () => show(spot) }, word("show"))),
  );
}

async function copy(text, button) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    // Without the right to the clipboard the text is at least selected.
    getSelection().selectAllChildren(element("degrees"));
  }
  button.textContent = word(done ? "copied" : "selected");
  say(button.textContent);
}

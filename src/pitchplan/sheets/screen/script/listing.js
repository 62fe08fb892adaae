// The list beside the map: the same spots in words.
let notice = null;

function message(...lines) {
  notice = lines;
  showMessage();
}

function showMessage() {
  const lines = notice ?? [placeNote];
  const box = element("message");
  box.replaceChildren(...lines.filter(Boolean).map((line) => make("span", {}, line, make("br"))));
  if (state.from && !notice) {
    box.prepend(make("b", {}, listed.length ? nearestText(listed[0]) : word("nothing")), make("br"), `${word(state.from.me ? "from_me" : "from_here")} · ${word("straight")}`, make("br"));
  }
  if (state.from || state.place || notice) box.append(make("button", { type: "button", onclick: forget }, word("clear")));
  box.hidden = !box.childNodes.length;
}

// Back to the whole list: no place, no position.
function forget() {
  Object.assign(state, { place: null, from: null });
  notice = null;
  refresh();
  element("count").focus();
}

function showList() {
  const pitches = listed.reduce((sum, s) => sum + s.pitches, 0);
  element("count").textContent = listed.length ? word("results", { spots: listed.length, pitches }) : word("nothing");
  showMessage();
  element("hits").replaceChildren(...(state.place ? [] : placesFound()).map(hitButton));
  const byDistance = state.from || state.place;
  const groups = byDistance ? [listed] : grouped(listed, (s) => s.d);
  element("list").replaceChildren(...groups.filter((g) => g.length).flatMap((group) => {
    const rows = make("ol", {}, ...group.map(row));
    if (byDistance) return [rows];
    const total = word("results", { spots: group.length, pitches: group.reduce((sum, s) => sum + s.pitches, 0) });
    return [make("h3", {}, districtName(group[0].d), make("small", {}, total)), rows];
  }));
}

function row(spot) {
  const away = state.from ? awayText(spot) : null;
  const tail = away ? [make("b", {}, away.distance), away.direction] : [make("b", {}, `× ${spot.pitches}`), spot.square];
  // Screen readers say "Spot 3" or "3 号摊点": the word stands where its language puts it.
  const [before, after] = word("spot", { number: "|" }).split("|");
  const unseen = (text) => text && make("span", { class: "unseen" }, text);
  const button = make(
    "button",
    { type: "button", "data-spot": spot.index, "aria-current": spot.index === state.selected ? "true" : null, onclick: () => select(spot, button) },
    make("span", { class: "number" }, unseen(before), String(spot.id), unseen(after)),
    make("span", { class: "line" }, name(spot.n), secondName(spot.n) && make("small", {}, secondName(spot.n))),
    make("span", { class: "tail" }, ...tail),
  );
  for (const [event, index] of [["pointerenter", spot.index], ["focus", spot.index], ["pointerleave", null], ["blur", null]])
    button.addEventListener(event, () => {
      state.hovered = index;
      redraw();
    });
  return make("li", {}, button);
}

function hitButton(place) {
  return make(
    "button",
    { type: "button", "aria-label": word("mark", { name: name(place.name) }), onclick: () => choosePlace(place) },
    name(place.name), " ", make("small", {}, word(place.kind)),
  );
}

function choosePlace(place) {
  state.place = place;
  notice = null;
  refresh();
  say(`${placeNote} ${element("count").textContent}`);
  openDrawer("half");
  flyTo(...fitting(boxOf([...place.lines, ...listed.slice(0, 3)]), 1.5));
  element("count").focus({ preventScroll: true });
}

// After every choice: find, list and draw anew.
function refresh() {
  findSpots();
  showList();
  drawAnew();
}

// Everything in motion: the controls, the window, the first view.
let frame = 0, rest = 0;

// Numbers move with every frame; the ground is drawn anew when the map rests or its margin is used up.
function redraw() {
  if (!frame) frame = requestAnimationFrame(() => {
    frame = 0;
    const shift = Math.max(Math.abs(view.x - drawn.x), Math.abs(view.y - drawn.y)) * view.k, zoom = view.k / drawn.k;
    if (shift > MARGIN || zoom > 1.9 || zoom < 0.75) drawGround();
    else {
      placeGround();
      clearTimeout(rest);
      if (shift > 0.01 || zoom !== 1) rest = setTimeout(drawGround, 110);
    }
    drawMarks();
    showScale();
  });
}

// Where numbers came or went, names may stand elsewhere.
function drawAnew() {
  drawGround();
  redraw();
}

function showScale() {
  const most = 110 / view.k, power = Math.pow(10, Math.floor(Math.log10(most)));
  const metres = [5, 2, 1].map((f) => f * power).find((m) => m <= most);
  element("scale").style.width = `${metres * view.k}px`;
  element("scale").firstElementChild.textContent = metres < 1000 ? word("metres", { n: metres }) : word("kilometres", { n: metres / 1000 });
}

function measure() {
  const box = map.getBoundingClientRect();
  view.width = Math.max(1, box.width);
  view.height = Math.max(1, box.height);
}

function fillChoices() {
  const choices = (id, all, options, chosen) => {
    element(id).replaceChildren(make("option", { value: -1 }, all), ...options.map(([value, text]) => make("option", { value }, text)));
    element(id).value = chosen;
    element(id).hidden = options.length < 2;
  };
  const used = districts.map((d, i) => [i, districtName(i)]).filter(([i]) => spots.some((s) => s.d === i));
  choices("district", word("every_district"), used, state.district);
  choices("week", word("every_week"), data.weeks.map(([first, last], i) => [i, `${first} – ${last}`]), state.week);
}

function filtered() {
  notice = null;
  closeCard(false);
  refresh();
  element("clear").hidden = !state.text;
  say(element("count").textContent);
}

function searched() {
  state.text = element("search").value;
  const query = folded(state.text);
  // A street written out in full is marked on the map at once.
  state.place = query ? places.find((p) => p.kind === "street_hit" && p.texts.includes(query)) ?? null : null;
  filtered();
  if (state.place) flyTo(...fitting(boxOf([...state.place.lines, ...listed.slice(0, 3)]), 1.5));
  else if (listed.length && !listed.some((s) => inSight(s.x, s.y))) flyTo(...fitting(boxOf(listed)));
}

element("search").addEventListener("input", searched);
element("search").addEventListener("focus", () => openDrawer("half"));
element("finder").addEventListener("submit", (event) => {
  event.preventDefault();
  const [hit] = placesFound();
  if (listed.length === 1) select(listed[0], null);
  else if (!state.place && hit) choosePlace(hit);
  else if (listed.length) {
    flyTo(...fitting(boxOf(listed)));
    element("count").focus({ preventScroll: true });
  }
  openDrawer("half");
});
element("clear").addEventListener("click", () => {
  element("search").value = "";
  searched();
  element("search").focus();
});
element("district").addEventListener("change", (event) => {
  state.district = Number(event.target.value);
  filtered();
  flyTo(...(listed.length ? fitting(boxOf(listed)) : wholeCity()));
});
element("week").addEventListener("change", (event) => {
  state.week = Number(event.target.value);
  filtered();
});
element("near-me").addEventListener("click", findMe);
element("near-here").addEventListener("click", () => pick(!state.picking));
element("zoom-in").addEventListener("click", () => zoomBy(1.8));
element("zoom-out").addEventListener("click", () => zoomBy(1 / 1.8));
element("show-all").addEventListener("click", () => flyTo(...wholeCity()));
element("print").addEventListener("click", () => print());
element("language").addEventListener("click", () => {
  state.language = data.languages.find((l) => l !== state.language);
  speak();
});

function speak() {
  notice = null;
  showWords();
  fillChoices();
  refresh();
  if (state.selected !== null) fillCard(spots[state.selected]);
  pick(state.picking);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (state.picking) pick(false);
  else if (state.selected !== null) closeCard(true);
  else if (state.text) element("clear").click();
  else if (state.from || state.place) forget();
});

function resized() {
  const before = { ...view };
  placeHeading();
  measure();
  if (before.width > 1) moveTo(view.x, view.y, view.k);
  drawAnew();
}

document.documentElement.classList.add("live");
placeHeading();
measure();
showWords();
fillChoices();
findSpots();
[view.x, view.y, view.k] = wholeCity();
showList();
drawAnew();
new ResizeObserver(resized).observe(map);
// Paper shows the sheet; a screen that comes back from it may have another size.
addEventListener("afterprint", resized);

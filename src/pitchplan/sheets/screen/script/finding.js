// What is typed, against spots and places: both languages, letters of any width and case.
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
const NEAR_M = 150; // spots so near a place stand "at" it

const spotTexts = spots.map((s) => {
  const all = [s.n, s.name, s.street, s.c, s.d < 0 ? -1 : districts[s.d].name].flatMap((i) => (i < 0 ? [] : data.names[i]));
  return folded(all.join(" "));
});

const places = [
  ...grouped(streets.filter((s) => s.name >= 0), (s) => s.name).map((group) => ({ kind: "street_hit", name: group[0].name, lines: group.flatMap((s) => s.lines) })),
  ...communities.filter((c) => c.name >= 0).map((c) => ({ kind: "community_hit", name: c.name, lines: c.lines, area: true })),
  ...grouped(spaces.filter((s) => s.name >= 0), (s) => s.name).map((group) => ({ kind: "space_hit", name: group[0].name, lines: group.flatMap((s) => s.lines), area: true })),
].map((place) => ({ ...place, texts: data.names[place.name].map(folded) }));

function matches(spot) {
  const query = folded(state.text);
  if (!query) return true;
  const numbers = /^\d+$/.test(query);
  if (numbers && spots.some((s) => String(s.id).startsWith(query))) return String(spot.id).startsWith(query);
  return query.split(/\s+/).every((part) => spotTexts[spot.index].includes(part));
}

function placesFound() {
  const query = folded(state.text);
  if (!query || /^\d+$/.test(query)) return [];
  const rank = (p) => (p.texts.includes(query) ? 0 : p.texts.some((t) => t.startsWith(query)) ? 1 : 2);
  return places.filter((p) => p.texts.some((t) => t.includes(query))).sort((a, b) => rank(a) - rank(b)).slice(0, 6);
}

// From a spot to a line's nearest point, or nought inside an area, in metres.
function distanceTo(place, x, y) {
  let least = Infinity, inside = false;
  for (const { xy } of place.lines) {
    for (let i = 2; i < xy.length; i += 2) {
      const ax = xy[i - 2], ay = xy[i - 1], bx = xy[i], by = xy[i + 1], dx = bx - ax, dy = by - ay;
      const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
      least = Math.min(least, Math.hypot(ax + t * dx - x, ay + t * dy - y));
      if (place.area && ay > y !== by > y && x < ax + ((y - ay) / dy) * dx) inside = !inside;
    }
  }
  return inside ? 0 : least;
}

const inFilters = (s) => (state.district < 0 || s.d === state.district) && (state.week < 0 || !s.weeks || !s.weeks.length || s.weeks.includes(state.week));

// What the map shows and what the list shows; worked out when something was chosen, not when the map moves.
let shown = spots, listed = spots, placeNote = "";
const shownSpots = () => shown;
const listedSpots = () => listed;

function findSpots() {
  const allowed = spots.filter(inFilters);
  placeNote = "";
  if (state.place) {
    const by = allowed.map((s) => [distanceTo(state.place, s.x, s.y), s]).sort((a, b) => a[0] - b[0]);
    const near = by.filter(([d]) => d <= (state.place.area ? 20 : NEAR_M));
    placeNote = near.length ? word("near_place", { place: name(state.place.name), metres: state.place.area ? 20 : NEAR_M }) : word("none_near", { place: name(state.place.name) });
    listed = (near.length ? near : by.slice(0, 3)).map(([, s]) => s);
    shown = allowed;
  } else {
    listed = shown = allowed.filter(matches);
  }
  if (state.from) {
    const far = (s) => Math.hypot(s.x - state.from.x, s.y - state.from.y);
    listed = [...listed].sort((a, b) => far(a) - far(b));
  }
}

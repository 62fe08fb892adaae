// What the page knows: read from the data block, never from anywhere else.
const data = JSON.parse(document.getElementById("data").textContent);
const element = (id) => document.getElementById(id);
const ink = data.ink;

const DIGITS = new Map([..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].map((c, i) => [c.charCodeAt(0), i]));

// Lines as the page draws them: x0, y0, x1, y1 … in metres, y to the north, and the box around them.
function decode(text) {
  const lines = [];
  let at = 0, x = 0, y = 0;
  const next = () => {
    let value = 0, factor = 1, digit;
    do {
      digit = DIGITS.get(text.charCodeAt(at++));
      value += (digit & 31) * factor;
      factor *= 32;
    } while (digit > 31);
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  while (at < text.length) {
    const n = next(), xy = new Float64Array(2 * n);
    let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
    for (let i = 0; i < n; i++) {
      x += next();
      y += next();
      const px = (xy[2 * i] = x * data.unit), py = (xy[2 * i + 1] = y * data.unit);
      west = Math.min(west, px); east = Math.max(east, px);
      south = Math.min(south, py); north = Math.max(north, py);
    }
    lines.push({ xy, west, south, east, north });
  }
  return lines;
}

const spots = data.spots.map((s, index) => ({
  ...s, index, x: s.at[0] * data.unit, y: s.at[1] * data.unit,
  bays: s.bays.map(([x, y, length, width, bearing]) => ({ x: x * data.unit, y: y * data.unit, length: length / 10, width: width / 10, bearing: (bearing / 10) * Math.PI / 180 })),
}));
const streets = data.streets.map((s) => ({ rank: s.r, width: s.w, name: s.n, lines: decode(s.g) }));
const spaces = data.spaces.map((s) => ({ kind: s.k, name: s.n, lines: decode(s.g) }));
const communities = data.communities.map((c) => ({ name: c.n, district: c.d, at: c.at.map((v) => v * data.unit), lines: decode(c.g) }));
const districts = data.districts.map((d) => ({ name: d.n, tint: d.tint, contact: d.contact, at: d.at.map((v) => v * data.unit) }));

// What all that is chosen, typed or pointed at comes to.
const state = {
  language: data.languages[0], text: "", district: -1, week: -1,
  place: null, from: null, picking: false, selected: null, hovered: null,
};

function boxOf(things) {
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const t of things) {
    box.west = Math.min(box.west, t.west ?? t.x); box.east = Math.max(box.east, t.east ?? t.x);
    box.south = Math.min(box.south, t.south ?? t.y); box.north = Math.max(box.north, t.north ?? t.y);
  }
  return box;
}

// Things of one key together, in the order in which the keys first come.
function grouped(things, key) {
  const groups = new Map();
  for (const thing of things) {
    const k = key(thing);
    if (!groups.has(k)) groups.set(k, []);
    groups.get(k).push(thing);
  }
  return [...groups.values()];
}

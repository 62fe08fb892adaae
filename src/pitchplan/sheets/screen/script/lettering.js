// Names on the map: none runs over another; a street's name follows its street.
const FONT = '"Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif';
const widths = new Map();

function textWidth(c, text) {
  const key = c.font + text;
  if (!widths.has(key)) widths.set(key, c.measureText(text).width);
  return widths.get(key);
}

class Taken {
  constructor() {
    this.boxes = [];
  }

  free(boxes) {
    return boxes.every((a) => this.boxes.every((b) => a[0] > b[2] || a[2] < b[0] || a[1] > b[3] || a[3] < b[1]));
  }

  take(boxes) {
    this.boxes.push(...boxes);
  }
}

function drawLettering(c, width, height) {
  const taken = new Taken();
  const offset = (x, y) => [(x - view.x) * view.k + width / 2, (view.y - y) * view.k + height / 2];
  // Numbers come first: what they cover is not to be read.
  for (const mark of marksNow()) {
    const [x, y] = offset(mark.x, mark.y);
    taken.take([[x + mark.right - mark.half - 2, y - mark.up - 16, x + mark.right + mark.half + 2, y - mark.up + 16]]);
  }
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.lineJoin = "round";
  drawSymbols(c, offset, taken);
  const near = view.k < 0.5;
  for (const d of districts) if (near) placeName(c, d, offset, taken, { size: 15, weight: 700, colour: ink.district, spread: 3 });
  streetLettering(c, width, height, offset, taken);
  for (const s of spaces) {
    const box = boxOf(s.lines), colour = s.kind === "water" ? ink.water_text : s.kind === "green" ? ink.green_text : ink.soft;
    const at = [(box.west + box.east) / 2, (box.south + box.north) / 2, Math.min(box.east - box.west, box.north - box.south) / 2];
    placeName(c, { name: s.name, at }, offset, taken, { size: 12, weight: 500, colour, spread: 1 });
  }
  if (communities.length > districts.length)
    for (const one of communities) placeName(c, one, offset, taken, { size: 12, weight: 400, colour: ink.district, spread: 1 });
}

// A name in the middle of its area, where the area is large enough on the screen.
function placeName(c, { name: index, at }, offset, taken, { size, weight, colour, spread }) {
  const text = name(index);
  if (!text) return;
  c.font = `${weight} ${size}px ${FONT}`;
  const wide = textWidth(c, text), [x, y] = offset(at[0], at[1]);
  if (2 * at[2] * view.k * spread < wide * 0.8) return;
  for (const dy of [0, -30, 30, -60, 60]) {
    if (Math.abs(dy) > at[2] * view.k) continue;
    const box = [x - wide / 2 - 4, y + dy - size, x + wide / 2 + 4, y + dy + size];
    if (!taken.free([box])) continue;
    taken.take([box]);
    haloed(c, text, x, y + dy, colour);
    return;
  }
}

function haloed(c, text, x, y, colour) {
  c.lineWidth = 3.5;
  c.strokeStyle = "rgba(255,255,255,.9)";
  c.strokeText(text, x, y);
  c.fillStyle = colour;
  c.fillText(text, x, y);
}

function streetLettering(c, width, height, offset, taken) {
  const placed = new Map();
  for (const rank of [0, 1, 2, 3]) {
    if (view.k < [0.02, 0.06, 0.16, 0.35][rank]) continue;
    const size = rank === 0 ? 13 : rank === 1 ? 12.5 : 12;
    c.font = `${rank < 2 ? 600 : 400} ${size}px ${FONT}`;
    for (const s of streets) {
      const text = s.rank === rank && s.width > 0 ? name(s.name) : "";
      if (!text) continue;
      for (const line of s.lines) lineLettering(c, text, size, line, { width, height, offset, taken, placed });
    }
  }
}

function lineLettering(c, text, size, line, { width, height, offset, taken, placed }) {
  const track = seen(line, width, height, offset);
  const glyphs = [...text], cjk = /[\u3000-\u9fff\uf900-\ufaff]/.test(text);
  const advances = glyphs.map((g) => textWidth(c, g) + (cjk ? 3 : 0.3));
  const need = advances.reduce((a, b) => a + b, 0);
  for (const piece of track) {
    const spare = piece.length - need;
    if (spare < 12) continue;
    for (const share of [0.5, 0.3, 0.7, 0.15, 0.85]) {
      const set = along(piece, spare * share, advances, cjk);
      if (!set) continue;
      const middle = set[Math.floor(set.length / 2)];
      const others = placed.get(text) ?? [];
      if (others.some(([x, y]) => Math.hypot(x - middle.x, y - middle.y) < 340)) continue;
      const half = size * 0.62, boxes = set.map((g) => [g.x - half, g.y - half, g.x + half, g.y + half]);
      if (!taken.free(boxes)) continue;
      taken.take(boxes);
      placed.set(text, [...others, [middle.x, middle.y]]);
      const order = set.flipped ? [...glyphs].reverse() : glyphs;
      for (const pass of [0, 1]) set.forEach((g, i) => glyph(c, order[i], g, pass));
      break;
    }
  }
}

function glyph(c, text, { x, y, turn }, pass) {
  c.save();
  c.translate(x, y);
  c.rotate(turn);
  if (pass === 0) {
    c.lineWidth = 3.5;
    c.strokeStyle = "rgba(255,255,255,.9)";
    c.strokeText(text, 0, 0);
  } else {
    c.fillStyle = ink.text;
    c.fillText(text, 0, 0);
  }
  c.restore();
}

// The stretches of a line that lie on the drawing, in pixels.
function seen(line, width, height, offset) {
  const pieces = [];
  let piece = null;
  const { xy } = line;
  const inside = (p) => p[0] > 8 && p[0] < width - 8 && p[1] > 8 && p[1] < height - 8;
  let last = offset(xy[0], xy[1]);
  for (let i = 2; i < xy.length; i += 2) {
    const next = offset(xy[i], xy[i + 1]);
    const cut = inside(last) && inside(next) ? [last, next] : clip(last, next, width, height);
    if (!cut) {
      piece = null;
    } else {
      if (!piece || cut[0] !== last) pieces.push((piece = { points: [cut[0]], length: 0 }));
      piece.length += Math.hypot(cut[1][0] - cut[0][0], cut[1][1] - cut[0][1]);
      piece.points.push(cut[1]);
      if (cut[1] !== next) piece = null;
    }
    last = next;
  }
  return pieces;
}

// The part of a stretch within the drawing (Liang and Barsky); an end that is inside is kept as it is.
function clip(a, b, width, height) {
  let from = 0, to = 1;
  for (const axis of [0, 1]) {
    const step = b[axis] - a[axis], low = 8 - a[axis], high = (axis ? height : width) - 8 - a[axis];
    if (step === 0) {
      if (low > 0 || high < 0) return null;
      continue;
    }
    const [enter, leave] = step > 0 ? [low / step, high / step] : [high / step, low / step];
    from = Math.max(from, enter);
    to = Math.min(to, leave);
  }
  if (from >= to) return null;
  const at = (t) => [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
  return [from === 0 ? a : at(from), to === 1 ? b : at(to)];
}

// Where each character of a name stands, and how it is turned; null where the line bends too sharply.
function along(piece, start, advances, cjk) {
  const at = (distance) => {
    let left = distance;
    for (let i = 1; i < piece.points.length; i++) {
      const [a, b] = [piece.points[i - 1], piece.points[i]], length = Math.hypot(b[0] - a[0], b[1] - a[1]);
      if (left <= length && length > 0) {
        const t = left / length;
        return { x: a[0] + t * (b[0] - a[0]), y: a[1] + t * (b[1] - a[1]), turn: Math.atan2(b[1] - a[1], b[0] - a[0]) };
      }
      left -= length;
    }
    return null;
  };
  const need = advances.reduce((a, b) => a + b, 0), first = at(start), last = at(start + need);
  if (!first || !last) return null;
  const whole = Math.atan2(last.y - first.y, last.x - first.x);
  const steep = Math.abs(Math.sin(whole)) > 0.87;
  // Chinese names run down a steep street upright; others are turned to be read from the left.
  const flipped = cjk && steep ? whole < 0 : Math.abs(whole) > Math.PI / 2;
  const steps = flipped ? [...advances].reverse() : advances;
  const set = [];
  let distance = start;
  for (const step of steps) {
    const place = at(distance + step / 2);
    if (!place) return null;
    const bend = Math.atan2(Math.sin(place.turn - whole), Math.cos(place.turn - whole));
    if (Math.abs(bend) > 0.5) return null;
    place.turn = cjk && steep ? 0 : flipped ? place.turn + Math.PI : place.turn;
    set.push(place);
    distance += step;
  }
  set.flipped = flipped;
  return set;
}

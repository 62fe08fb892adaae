// What is drawn anew with every movement: pitches, the way to the nearest spot, numbers.
const marksCanvas = element("marks");

function drawMarks() {
  const dpr = sharpness(), c = marksCanvas.getContext("2d");
  const width = Math.round(view.width * dpr), height = Math.round(view.height * dpr);
  if (marksCanvas.width !== width || marksCanvas.height !== height) {
    marksCanvas.width = width;
    marksCanvas.height = height;
    marksCanvas.style.width = `${view.width}px`;
    marksCanvas.style.height = `${view.height}px`;
  }
  c.setTransform(dpr, 0, 0, dpr, 0, 0);
  c.clearRect(0, 0, view.width, view.height);
  if (view.k > 0.6) drawBays(c);
  if (state.from) drawFrom(c);
  const marks = marksNow(), listing = new Set(listedSpots());
  // What the list does not show, such as the spots away from a street that was searched for, steps back.
  const order = marks.map((mark) => [mark.members.some((s) => listing.has(s)), mark]).sort((a, b) => a[0] - b[0]);
  for (const [listed, mark] of order) {
    if (mark.chosen) continue;
    c.globalAlpha = listed ? 1 : 0.35;
    if (mark.single) drawSpot(c, mark);
    else drawGroup(c, mark);
  }
  c.globalAlpha = 1;
  for (const mark of marks) if (mark.chosen) drawSpot(c, mark);
  if (state.picking || element("map").matches(":focus-visible")) drawCross(c);
}

const beyond = (x, y) => x < -60 || y < -60 || x > view.width + 60 || y > view.height + 60;

function drawBays(c) {
  for (const s of shownSpots()) {
    if (beyond(...toScreen(s.x, s.y)) && s.bays.every((b) => beyond(...toScreen(b.x, b.y)))) continue;
    for (const b of s.bays) {
      const [x, y] = toScreen(b.x, b.y);
      c.save();
      c.translate(x, y);
      c.rotate(b.bearing);
      c.fillStyle = s.index === state.selected ? ink.red : ink.pitch;
      const wide = b.width * view.k, long = b.length * view.k;
      c.fillRect(-wide / 2, -long / 2, wide, long);
      c.lineWidth = Math.min(1.2, view.k * 0.4);
      c.strokeStyle = "#fff";
      c.strokeRect(-wide / 2, -long / 2, wide, long);
      c.restore();
    }
  }
}

function drawFrom(c) {
  const [x, y] = toScreen(state.from.x, state.from.y), nearest = listedSpots()[0];
  if (nearest) {
    c.strokeStyle = ink.symbol;
    c.lineWidth = 2;
    c.setLineDash([6, 5]);
    c.beginPath();
    c.moveTo(x, y);
    c.lineTo(...toScreen(nearest.x, nearest.y));
    c.stroke();
    c.setLineDash([]);
  }
  c.beginPath();
  c.arc(x, y, 9, 0, 2 * Math.PI);
  c.fillStyle = ink.symbol;
  c.fill();
  c.lineWidth = 3;
  c.strokeStyle = "#fff";
  c.stroke();
}

function pill(c, x, y, half, high) {
  c.beginPath();
  c.arc(x - half + high, y, high, Math.PI / 2, -Math.PI / 2);
  c.arc(x + half - high, y, high, -Math.PI / 2, Math.PI / 2);
  c.closePath();
}

function drawGroup(c, mark) {
  const [x, y] = toScreen(mark.x, mark.y);
  if (beyond(x, y)) return;
  const hovered = mark.members.some((s) => s.index === state.hovered);
  pill(c, x, y, mark.half, HIGH - 1);
  c.fillStyle = "#fff";
  c.fill();
  c.lineWidth = hovered ? 4 : 2;
  c.strokeStyle = ink.red;
  c.stroke();
  c.fillStyle = ink.red;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.font = `600 12px ${FONT}`;
  c.fillText(word("group", { n: mark.members.length }), x, y + 0.5);
}

function drawSpot(c, mark) {
  const [px, py] = toScreen(mark.x, mark.y), [x, y] = signAt(mark), [spot] = mark.members;
  if (beyond(x, y)) return;
  const larger = mark.chosen ? 5 : spot.index === state.hovered ? 2 : 0;
  if (mark.right || mark.up) {
    c.strokeStyle = ink.red;
    c.lineWidth = 2.5;
    c.beginPath();
    c.moveTo(x, y);
    c.lineTo(px, py);
    c.stroke();
    c.beginPath();
    c.arc(px, py, 3, 0, 2 * Math.PI);
    c.fillStyle = ink.red;
    c.fill();
  }
  const high = HIGH - 1 + larger, half = Math.max(mark.half, DISC) + larger;
  if (mark.chosen) {
    pill(c, x, y, half + 4, high + 4);
    c.fillStyle = ink.text;
    c.fill();
  }
  pill(c, x, y, half, high);
  c.fillStyle = ink.red;
  c.fill();
  c.lineWidth = 2;
  c.strokeStyle = "#fff";
  c.stroke();
  c.fillStyle = "#fff";
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.font = `700 ${13 + larger / 2}px ${FONT}`;
  c.fillText(String(spot.id), x, y + 0.5);
}

// The middle of the map, for those who move it by keys.
function drawCross(c) {
  const m = margins(), x = view.width / 2, y = view.height / 2 + (m.top - m.bottom) / 2;
  for (const [colour, width] of [["#fff", 4], [ink.text, 1.5]]) {
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.beginPath();
    c.moveTo(x - 10, y);
    c.lineTo(x + 10, y);
    c.moveTo(x, y - 10);
    c.lineTo(x, y + 10);
    c.stroke();
  }
}

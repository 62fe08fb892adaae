// Spots whose numbers would overlap stand together as one mark that says how many they are.
const DISC = 14, PILL = 17, GROUP = 27, HIGH = 15, LIFT = 32;
let groupsKey = "", groupsFound = [];

function marksNow() {
  // Steps of scale, each counted as its smallest: between two steps nothing flickers and nothing overlaps.
  const step = Math.floor(Math.log2(view.k) * 4 + 1e-9), k = Math.pow(2, step / 4);
  const shown = shownSpots(), key = `${step} ${state.selected ?? ""} ${shown.map((s) => s.index).join()}`;
  if (key !== groupsKey) {
    groupsKey = key;
    groupsFound = together(shown, k);
  }
  return groupsFound;
}

// At street scale a number stands beside its pitches instead of upon them: above a row that runs across,
// to the right of one that runs up. Pixels right and up.
function besideAt(spot, k) {
  if (k <= 1 || !spot.bays.length) return [0, 0];
  const xs = spot.bays.map((b) => b.x), ys = spot.bays.map((b) => b.y);
  const across = Math.max(...xs) - Math.min(...xs) >= Math.max(...ys) - Math.min(...ys);
  return across ? [0, LIFT] : [LIFT + 4, 0];
}

function markOf(members, k) {
  const single = members.length === 1, digits = String(members[0].id).length;
  const x = members.reduce((sum, s) => sum + s.x, 0) / members.length;
  const y = members.reduce((sum, s) => sum + s.y, 0) / members.length;
  const [right, up] = single ? besideAt(members[0], k) : [0, 0];
  return { members, x, y, right, up, single, half: single ? (digits > 2 ? PILL : DISC) : GROUP };
}

function overlap(a, b, k) {
  return Math.abs((a.x - b.x) * k + a.right - b.right) < a.half + b.half + 2 && Math.abs((a.y - b.y) * k + a.up - b.up) < 2 * HIGH + 2;
}

function together(shown, k) {
  const chosen = shown.find((s) => s.index === state.selected);
  let marks = shown.filter((s) => s !== chosen).map((s) => markOf([s], k));
  for (let merged = true; merged; ) {
    merged = false;
    const kept = [];
    for (const mark of marks) {
      const at = kept.findIndex((other) => overlap(mark, other, k));
      if (at < 0) kept.push(mark);
      else {
        kept[at] = markOf([...kept[at].members, ...mark.members], k);
        merged = true;
      }
    }
    marks = kept;
  }
  // The chosen spot keeps its number whatever stands beside it.
  return chosen ? [...marks, { ...markOf([chosen], k), chosen: true }] : marks;
}

// Where a mark's number is drawn.
function signAt(mark) {
  const [x, y] = toScreen(mark.x, mark.y);
  return [x + mark.right, y - mark.up];
}

// What lies under a finger: the nearest mark that it touches.
function markAt(px, py) {
  let best = null, least = Infinity;
  for (const mark of marksNow()) {
    const [x, y] = signAt(mark), centre = Math.hypot(px - x, py - y);
    const gap = Math.hypot(Math.max(0, Math.abs(px - x) - mark.half), Math.max(0, Math.abs(py - y) - HIGH));
    if (gap <= 10 && centre < least) {
      best = mark;
      least = centre;
    }
  }
  return best ?? bayAt(px, py);
}

function bayAt(px, py) {
  if (view.k < 1) return null;
  const [x, y] = toPlace(px, py);
  const found = shownSpots().find((s) => s.bays.some((b) => Math.hypot(b.x - x, b.y - y) < Math.max(b.length / 2, 12 / view.k)));
  return found ? markOf([found], view.k) : null;
}

// Fingers, mouse and keys on the map.
const map = element("map");
const pointers = new Map();
let travelled = 0, lastTap = 0, glide = null, doubleTap = null;

const local = (event) => {
  const box = map.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};

map.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  stopFlight();
  map.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, local(event));
  if (pointers.size === 1) travelled = 0;
  glide = null;
  map.classList.add("dragging");
});

map.addEventListener("pointermove", (event) => {
  const now = local(event);
  if (!pointers.has(event.pointerId)) {
    if (event.pointerType === "mouse") hover(...now);
    return;
  }
  const before = pointers.get(event.pointerId);
  if (pointers.size === 1) {
    const dx = now[0] - before[0], dy = now[1] - before[1];
    travelled += Math.hypot(dx, dy);
    // A finger that trembles does not drag.
    if (travelled > 6) moveTo(view.x - dx / view.k, view.y + dy / view.k, view.k);
    glide = { dx, dy, at: event.timeStamp };
  } else if (pointers.size === 2) {
    travelled = Infinity;
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const old = [(before[0] + other[0]) / 2, (before[1] + other[1]) / 2], middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    const factor = Math.hypot(now[0] - other[0], now[1] - other[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1]));
    moveTo(view.x - (middle[0] - old[0]) / view.k, view.y + (middle[1] - old[1]) / view.k, view.k);
    zoomAt(...middle, factor);
  }
  pointers.set(event.pointerId, now);
});

function lifted(event) {
  if (!pointers.delete(event.pointerId)) return;
  if (pointers.size) return;
  map.classList.remove("dragging");
  if (event.type === "pointercancel") return;
  if (travelled <= 6) tapped(event);
  else if (glide && event.timeStamp - glide.at < 40 && Math.hypot(glide.dx, glide.dy) > 4 && !still.matches)
    flyTo(view.x - (glide.dx * 8) / view.k, view.y + (glide.dy * 8) / view.k, view.k);
}
map.addEventListener("pointerup", lifted);
map.addEventListener("pointercancel", lifted);

function tapped(event) {
  const at = local(event);
  const twice = event.timeStamp - lastTap < 320 && doubleTap && Math.hypot(at[0] - doubleTap[0], at[1] - doubleTap[1]) < 30;
  lastTap = twice ? 0 : event.timeStamp;
  doubleTap = at;
  if (twice && !markAt(...at)) zoomBy(2.2, at);
  else tap(...at, null);
}

function zoomBy(factor, [px, py] = [view.width / 2, view.height / 2]) {
  const [x, y] = toPlace(px, py), k = Math.min(MOST, Math.max(least(), view.k * factor));
  flyTo(x - (px - view.width / 2) / k, y + (py - view.height / 2) / k, k);
}

map.addEventListener("wheel", (event) => {
  event.preventDefault();
  stopFlight();
  const lines = event.deltaMode === 1 ? 16 : 1;
  zoomAt(...local(event), Math.exp(-Math.max(-120, Math.min(120, event.deltaY * lines)) * (event.ctrlKey ? 0.01 : 0.0025)));
}, { passive: false });

function hover(px, py) {
  const mark = markAt(px, py), index = mark && mark.single ? mark.members[0].index : null;
  map.style.cursor = mark && !state.picking ? "pointer" : "";
  if (index !== state.hovered) {
    state.hovered = index;
    redraw();
  }
}
map.addEventListener("pointerleave", () => hover(-1e6, -1e6));
map.addEventListener("focus", () => redraw());
map.addEventListener("blur", () => redraw());

const KEYS = {
  ArrowLeft: () => pan(-1, 0), ArrowRight: () => pan(1, 0), ArrowUp: () => pan(0, 1), ArrowDown: () => pan(0, -1),
  "+": () => zoomBy(1.6), "=": () => zoomBy(1.6), "-": () => zoomBy(1 / 1.6), _: () => zoomBy(1 / 1.6),
  0: () => flyTo(...wholeCity()), Home: () => flyTo(...wholeCity()), Enter: atCross, " ": atCross,
};

function pan(dx, dy) {
  stopFlight();
  moveTo(view.x + (dx * view.width * 0.15) / view.k, view.y + (dy * view.height * 0.15) / view.k, view.k);
}

// By keys the middle of the map is the finger; it takes the nearest spot in sight.
function atCross() {
  const m = margins(), px = view.width / 2, py = view.height / 2 + (m.top - m.bottom) / 2;
  if (state.picking) return tap(px, py, map);
  const [x, y] = toPlace(px, py), far = (s) => Math.hypot(s.x - x, s.y - y);
  const nearest = shownSpots().reduce((best, s) => (!best || far(s) < far(best) ? s : best), null);
  if (nearest && !beyond(...toScreen(nearest.x, nearest.y))) select(nearest, map);
  else say(word("nothing"));
}

map.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

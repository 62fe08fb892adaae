// What of the city the screen shows: the middle in metres, and pixels to a metre.
const view = { x: 0, y: 0, k: 1, width: 1, height: 1 };
const MOST = 12; // pixels to a metre: a pitch is as large as a thumb
const narrow = matchMedia("(max-width: 760px)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

const toScreen = (x, y) => [(x - view.x) * view.k + view.width / 2, (view.y - y) * view.k + view.height / 2];
const toPlace = (px, py) => [view.x + (px - view.width / 2) / view.k, view.y - (py - view.height / 2) / view.k];

// What covers the map: on a phone the search above and the drawer below.
function margins() {
  if (!narrow.matches) return { top: 0, bottom: 0 };
  return { top: element("head").offsetHeight, bottom: Math.min(drawerHeight(), view.height * 0.6) };
}

function least() {
  const [width, height] = data.extent;
  return Math.min(view.width / (width * 2), view.height / (height * 2), 1);
}

function moveTo(x, y, k) {
  const [width, height] = data.extent;
  view.k = Math.min(MOST, Math.max(least(), k));
  view.x = Math.min(width * 1.25, Math.max(-width * 0.25, x));
  view.y = Math.min(height * 1.25, Math.max(-height * 0.25, y));
  redraw();
}

// Change the scale so that the place under a pixel stays there.
function zoomAt(px, py, factor) {
  const [x, y] = toPlace(px, py), k = Math.min(MOST, Math.max(least(), view.k * factor));
  moveTo(x - (px - view.width / 2) / k, y + (py - view.height / 2) / k, k);
}

let flight = 0;
function stopFlight() {
  cancelAnimationFrame(flight);
}

function flyTo(x, y, k) {
  stopFlight();
  k = Math.min(MOST, Math.max(least(), k));
  if (still.matches) return moveTo(x, y, k);
  const from = { ...view }, begun = performance.now();
  const step = (now) => {
    const t = Math.min(1, (now - begun) / 350), s = t * t * (3 - 2 * t);
    const at = from.k * Math.pow(k / from.k, s);
    // Along a straight line on the screen, although the scale changes.
    const share = Math.abs(k - from.k) < 1e-9 ? s : (1 / from.k - 1 / at) / (1 / from.k - 1 / k);
    moveTo(from.x + (x - from.x) * share, from.y + (y - from.y) * share, at);
    if (t < 1) flight = requestAnimationFrame(step);
  };
  flight = requestAnimationFrame(step);
}

// A middle at which no more blank ground than need be is shown beside the city.
function inCity(middle, extent, seen) {
  const most = Math.max(extent / 2, extent - seen * 0.42);
  return Math.min(most, Math.max(extent - most, middle));
}

// The middle and scale at which a box fills what is free of the map.
function fitting(box, most = 2.5) {
  const m = margins(), pad = narrow.matches ? 36 : 60;
  const width = Math.max(80, view.width - 2 * pad), height = Math.max(80, view.height - m.top - m.bottom - 2 * pad);
  const k = Math.max(least(), Math.min(most, width / Math.max(1, box.east - box.west), height / Math.max(1, box.north - box.south)));
  const centre = [inCity((box.west + box.east) / 2, data.extent[0], view.width / k), inCity((box.south + box.north) / 2, data.extent[1], (view.height - m.top - m.bottom) / k)];
  if (box.west === box.east) centre.splice(0, 2, box.west, box.south);
  return [centre[0], centre[1] + (m.top - m.bottom) / 2 / k, k];
}

function inSight(x, y) {
  const m = margins(), [px, py] = toScreen(x, y);
  return px > 0 && px < view.width && py > m.top && py < view.height - m.bottom;
}

const wholeCity = () => fitting(spots.length ? boxOf(spots) : { west: 0, south: 0, east: data.extent[0], north: data.extent[1] });

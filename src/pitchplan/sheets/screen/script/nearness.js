// "Nearest to me": the position stays in this page; degrees become metres by the map's own polynomial.
function placeOfDegrees(lon, lat) {
  const p = data.position, u = (lon - p.lon) / p.span, v = (lat - p.lat) / p.span;
  if (Math.abs(u) > 1.05 || Math.abs(v) > 1.05) return null;
  let x = 0, y = 0, i = 0;
  for (let total = 0; total <= p.degree; total++)
    for (let j = 0; j <= total; j++, i++) {
      const term = Math.pow(u, total - j) * Math.pow(v, j);
      x += p.x[i] * term;
      y += p.y[i] * term;
    }
  return { x, y };
}

function findMe() {
  if (!data.position) return failed("too_large");
  if (!navigator.geolocation) return failed("unavailable");
  message(word("asking"), word("stays"));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const place = placeOfDegrees(coords.longitude, coords.latitude);
      if (place) nearestTo({ ...place, me: true });
      else failed("outside");
    },
    (error) => failed(error.code === 1 && location.protocol !== "file:" ? "denied" : "unavailable"),
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 },
  );
}

function failed(reason) {
  message(word(reason));
  element("message").append(make("br"), make("button", { type: "button", onclick: () => pick(true) }, word("near_here")));
  say(word(reason));
  openDrawer("half");
}

function pick(on) {
  state.picking = on;
  element("near-here").setAttribute("aria-pressed", String(on));
  element("map").classList.toggle("picking", on);
  element("prompt").hidden = !on;
  element("prompt").textContent = on ? word("pick") : "";
  if (on) {
    say(word("pick"));
    if (narrow.matches) openDrawer("peek");
    element("map").focus({ preventScroll: true });
  }
  redraw();
}

function nearestTo(from) {
  pick(false);
  closeCard(false);
  state.from = from;
  notice = null;
  refresh();
  const [first] = listed;
  if (first) {
    const near = [from, ...listed.slice(0, 3)];
    openDrawer("half");
    flyTo(...fitting(boxOf(near), 1.2));
    say(nearestText(first));
  }
  element("scroll").scrollTop = 0;
}

function awayText(spot) {
  const dx = spot.x - state.from.x, dy = spot.y - state.from.y, metres = Math.hypot(dx, dy);
  return { distance: distanceText(metres), direction: directionText(dx, dy) };
}

const nearestText = (spot) => word("nearest", { number: spot.id, ...awayText(spot) });

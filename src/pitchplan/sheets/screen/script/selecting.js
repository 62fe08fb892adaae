// A spot is chosen in the list, on the map or by keys, and is then chosen in all of them.
let cameFrom = null;

function select(spot, origin) {
  state.selected = spot.index;
  cameFrom = origin ?? element("map");
  fillCard(spot);
  element("card").hidden = false;
  element("results").hidden = true;
  element("scroll").scrollTop = 0;
  openDrawer("half");
  show(spot);
  element("card-title").focus({ preventScroll: true });
  drawAnew();
}

// Bring a spot into sight, at a scale at which its pitches are seen.
function show(spot) {
  const [x, y, k] = fitting({ west: spot.x, east: spot.x, south: spot.y, north: spot.y }, Math.max(view.k, 1.6));
  flyTo(x, y, k);
}

function closeCard(returnFocus) {
  if (state.selected === null) return;
  const index = state.selected;
  state.selected = null;
  element("card").hidden = true;
  element("results").hidden = false;
  drawAnew();
  if (!returnFocus) return;
  say(word("closed"));
  const row = element("list").querySelector(`[data-spot="${index}"]`);
  if (cameFrom === element("map") || !row) element("map").focus({ preventScroll: true });
  else {
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }
}

// A group opens by coming nearer; spots that stay at one place are listed.
function openGroup(mark) {
  const box = boxOf(mark.members), [x, y, k] = fitting(box, MOST);
  if (k > view.k * 1.2 && view.k < MOST * 0.99) return flyTo(x, y, Math.max(k * 0.9, view.k * 1.5));
  listed = mark.members;
  notice = [word("group_opened", { n: mark.members.length })];
  showList();
  openDrawer("half");
  say(word("group_opened", { n: mark.members.length }));
  element("count").focus({ preventScroll: true });
}

function tap(px, py, origin) {
  if (state.picking) {
    const [x, y] = toPlace(px, py);
    return nearestTo({ x, y, me: false });
  }
  const mark = markAt(px, py);
  if (!mark) return closeCard(false);
  if (mark.single) select(mark.members[0], origin);
  else openGroup(mark);
}

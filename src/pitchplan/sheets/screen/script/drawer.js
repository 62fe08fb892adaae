// On a phone the list is a drawer under the map: shut to a line, half open or open.
const drawerStates = { peek: () => 124, half: () => Math.round(innerHeight * 0.46), full: () => innerHeight - 96 };
let drawer = "peek";

const drawerHeight = () => drawerStates[drawer]();

function openDrawer(how) {
  if (!narrow.matches) return;
  setDrawer(how);
}

// The middle of what is free of the map stays the middle.
function setDrawer(how) {
  const before = margins();
  drawer = how;
  placeDrawer();
  const after = margins();
  stopFlight();
  moveTo(view.x, view.y + (before.bottom - after.bottom) / 2 / view.k, view.k);
}

function placeDrawer(height = drawerHeight()) {
  element("screen").dataset.drawer = drawer;
  element("screen").style.setProperty("--drawer", `${height}px`);
  element("grip").setAttribute("aria-expanded", String(drawer !== "peek"));
}

let gripped = null;
element("grip").addEventListener("pointerdown", (event) => {
  gripped = { y: event.clientY, height: drawerHeight(), moved: false };
  element("grip").setPointerCapture(event.pointerId);
});
element("grip").addEventListener("pointermove", (event) => {
  if (!gripped) return;
  const height = gripped.height + gripped.y - event.clientY;
  gripped.moved = gripped.moved || Math.abs(event.clientY - gripped.y) > 6;
  element("panel").classList.add("dragging");
  placeDrawer(Math.max(90, Math.min(innerHeight - 60, height)));
});
for (const type of ["pointerup", "pointercancel"])
  element("grip").addEventListener(type, (event) => {
    if (!gripped) return;
    element("panel").classList.remove("dragging");
    const height = gripped.height + gripped.y - event.clientY;
    const how = !gripped.moved ? drawer : Object.keys(drawerStates).reduce((a, b) => (Math.abs(drawerStates[b]() - height) < Math.abs(drawerStates[a]() - height) ? b : a));
    setDrawer(how);
    gripped = { ended: gripped.moved };
    setTimeout(() => { gripped = null; });
  });
element("grip").addEventListener("click", () => {
  if (gripped && gripped.ended) return;
  setDrawer(drawer === "peek" ? "half" : drawer === "half" ? "full" : "peek");
});

// Title and season stand above the search on a desk, in the drawer on a phone.
function placeHeading() {
  if (narrow.matches) {
    element("results").prepend(element("heading"));
    element("count").after(element("season"));
    placeDrawer();
  } else element("head").prepend(element("heading"), element("season"));
}

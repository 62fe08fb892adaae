// The map below the spots: drawn with a margin, moved with the finger, drawn anew when the finger rests.
const groundCanvas = element("ground");
const MARGIN = 160;
const sharpness = () => Math.min(devicePixelRatio || 1, 2);

const STREETS = [
  { fill: "main", least: 2.6, from: 0 },
  { fill: "secondary", least: 1.9, from: 0.004 },
  { fill: "street", least: 1.4, from: 0.012 },
  { fill: "street", least: 1.0, from: 0.03 },
];

const tints = districts.map((d, i) => ({ tint: d.tint, paths: new Paths(communities.filter((c) => c.district === i).flatMap((c) => c.lines), true) }));
const spacePaths = ["green", "paved", "water"].map((kind) => [kind, new Paths(spaces.filter((s) => s.kind === kind).flatMap((s) => s.lines), true)]);
const footwayPaths = new Paths(decode(data.footways), true);
const buildingPaths = new Paths(decode(data.buildings), true);
const outlinePaths = Object.fromEntries(Object.entries(data.outlines).map(([kind, text]) => [kind, new Paths(decode(text), false)]));
const streetPaths = grouped(streets, (s) => `${s.rank} ${s.width}`).map((group) => ({
  rank: group[0].rank, width: group[0].width, paths: new Paths(group.flatMap((s) => s.lines), group[0].width === 0),
})).sort((a, b) => b.rank - a.rank);

const drawn = { x: 0, y: 0, k: 0 };

function drawGround() {
  const width = view.width + 2 * MARGIN, height = view.height + 2 * MARGIN, dpr = sharpness();
  if (groundCanvas.width !== Math.round(width * dpr) || groundCanvas.height !== Math.round(height * dpr)) {
    groundCanvas.width = Math.round(width * dpr);
    groundCanvas.height = Math.round(height * dpr);
    groundCanvas.style.width = `${width}px`;
    groundCanvas.style.height = `${height}px`;
  }
  Object.assign(drawn, { x: view.x, y: view.y, k: view.k });
  const c = groundCanvas.getContext("2d"), k = view.k;
  const window = { west: view.x - width / 2 / k, east: view.x + width / 2 / k, south: view.y - height / 2 / k, north: view.y + height / 2 / k };
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.fillStyle = ink.ground;
  c.fillRect(0, 0, groundCanvas.width, groundCanvas.height);
  const s = dpr * k;
  c.setTransform(s, 0, 0, -s, (width / 2) * dpr - view.x * s, (height / 2) * dpr + view.y * s);
  c.lineJoin = "round";
  c.lineCap = "butt";
  areas(c, window);
  drawStreets(c, window);
  outlines(c, window);
  if (state.place) markPlace(c, state.place);
  c.setTransform(dpr, 0, 0, dpr, 0, 0);
  drawLettering(c, width, height);
  placeGround();
}

// Where the drawing lies until it is drawn anew.
function placeGround() {
  const scale = view.k / drawn.k;
  const x = view.width / 2 + (drawn.x - view.x) * view.k - (view.width / 2 + MARGIN) * scale;
  const y = view.height / 2 - (drawn.y - view.y) * view.k - (view.height / 2 + MARGIN) * scale;
  groundCanvas.style.transform = `translate(${x}px,${y}px) scale(${scale})`;
}

function areas(c, window) {
  const k = view.k, px = 1 / k;
  const fill = (paths, colour) => {
    c.fillStyle = colour;
    paths.forEach(window, k, (path) => c.fill(path));
  };
  for (const { tint, paths } of tints) {
    fill(paths, tint);
    // Its own colour as a hair line closes the seams between neighbours.
    c.strokeStyle = tint;
    c.lineWidth = px;
    paths.forEach(window, k, (path) => c.stroke(path));
  }
  for (const [kind, paths] of spacePaths) {
    fill(paths, ink[kind]);
    if (kind === "green") continue;
    c.strokeStyle = ink[`${kind}_edge`];
    c.lineWidth = 0.8 * px;
    paths.forEach(window, k, (path) => c.stroke(path));
  }
  if (k > 0.15) fill(footwayPaths, ink.footway);
  if (k > 0.15) fill(buildingPaths, ink.building);
}

function drawStreets(c, window) {
  const k = view.k, px = 1 / k;
  const shown = streetPaths.filter((s) => k >= STREETS[s.rank].from);
  const width = (s) => Math.max(s.width * k, STREETS[s.rank].least * Math.min(1, 0.55 + k * 4)) * px;
  for (const s of shown) {
    // A street too thin for two edges is one line of their colour.
    c.strokeStyle = ink[`${STREETS[s.rank].fill}_edge`];
    c.lineWidth = s.width === 0 ? 2 * px : width(s) * k < 2.4 ? width(s) : width(s) + 1.6 * px;
    s.paths.forEach(window, k, (path) => c.stroke(path));
  }
  for (const s of shown) {
    const colour = ink[STREETS[s.rank].fill];
    if (s.width === 0) {
      c.fillStyle = colour;
      s.paths.forEach(window, k, (path) => c.fill(path));
    } else if (width(s) * k >= 2.4) {
      c.strokeStyle = colour;
      c.lineWidth = width(s);
      c.lineCap = "round";
      s.paths.forEach(window, k, (path) => c.stroke(path));
      c.lineCap = "butt";
    }
  }
}

function outlines(c, window) {
  const k = view.k, px = 1 / k;
  const stroke = (kind, colour, width, dash, alpha = 1) => {
    c.strokeStyle = colour;
    c.globalAlpha = alpha;
    c.lineWidth = width * px;
    c.setLineDash(dash.map((d) => d * px));
    outlinePaths[kind]?.forEach(window, k, (path) => c.stroke(path));
  };
  if (communities.length > districts.length && k > 0.06) stroke("community", ink.community, 1.2, [1.2, 4]);
  if (districts.length > 1) {
    // A whole region's boundaries are drawn finer than a quarter's.
    const fine = k < 0.02 ? 0.6 : 1;
    stroke("district", ink.district, 6 * fine, [], 0.14);
    stroke("district", ink.district, 1.6 * fine, [12, 4, 2, 4].map((d) => d * fine));
  }
  c.globalAlpha = 1;
  c.setLineDash([]);
}

// The street or area searched for, below the names.
function markPlace(c, place) {
  const px = 1 / view.k, path = new Path2D();
  for (const { xy } of place.lines) for (let i = 0; i < xy.length; i += 2) i ? path.lineTo(xy[i], xy[i + 1]) : path.moveTo(xy[i], xy[i + 1]);
  c.strokeStyle = ink.symbol;
  c.lineCap = "round";
  for (const [alpha, width] of [[0.3, 11], [0.95, 3]]) {
    c.globalAlpha = alpha;
    c.lineWidth = width * px;
    c.stroke(path);
  }
  c.globalAlpha = 1;
  c.lineCap = "butt";
}

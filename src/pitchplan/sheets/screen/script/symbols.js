// Signs of the few features that help to find one's way; each has its own outline.
const symbolPlaces = Object.entries(data.symbols).map(([kind, text]) => [kind, decode(text).flatMap(({ xy }) => Array.from({ length: xy.length / 2 }, (_, i) => [xy[2 * i], xy[2 * i + 1]]))]);

const SIGNS = {
  "bus-stop": (c) => {
    c.roundRect(-5.5, -5.5, 11, 11, 2.5);
    fillSign(c, ink.symbol);
    c.rect(-3, -3.2, 6, 3.6);
    fillSign(c, "#fff", false);
  },
  station: (c) => {
    c.arc(0, 0, 5.5, 0, 2 * Math.PI);
    fillSign(c, ink.text);
    c.arc(0, 0, 2.5, 0, 2 * Math.PI);
    fillSign(c, "#fff", false);
  },
  "school-gate": (c) => {
    for (const [x, y] of [[-3.5, 6], [-3.5, -6], [5.5, -2.5], [-2, 1], [-2, 6]]) c.lineTo(x, y);
    c.closePath();
    fillSign(c, "#B8741A");
  },
  "hospital-gate": (c) => {
    for (const [x, y] of [[-2, -6], [2, -6], [2, -2], [6, -2], [6, 2], [2, 2], [2, 6], [-2, 6], [-2, 2], [-6, 2], [-6, -2], [-2, -2]]) c.lineTo(x, y);
    c.closePath();
    fillSign(c, "#0B7A75");
  },
  pitch: (c) => {
    c.rect(-6, -2.5, 12, 5);
    fillSign(c, ink.pitch);
  },
};

function fillSign(c, colour, edged = true) {
  if (edged) {
    c.lineWidth = 2;
    c.strokeStyle = "#fff";
    c.stroke();
  }
  c.fillStyle = colour;
  c.fill();
  c.beginPath();
}

function sign(c, kind, x, y) {
  c.save();
  c.translate(x, y);
  c.beginPath();
  SIGNS[kind](c);
  c.restore();
}

function drawSymbols(c, offset, taken) {
  if (view.k < 0.45) return;
  for (const [kind, at] of symbolPlaces)
    for (const place of at) {
      const [x, y] = offset(...place), box = [x - 7, y - 7, x + 7, y + 7];
      if (!taken.free([box])) continue;
      taken.take([box]);
      sign(c, kind, x, y);
    }
}

function legendRows() {
  return ["pitch", ...symbolPlaces.map(([kind]) => kind)].flatMap((kind) => {
    const canvas = make("canvas", { width: 32, height: 32, "aria-hidden": "true" }), c = canvas.getContext("2d");
    c.scale(2, 2);
    sign(c, kind, 8, 8);
    return [canvas, make("span", {}, word(kind))];
  });
}

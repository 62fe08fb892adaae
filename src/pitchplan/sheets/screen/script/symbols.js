// Signs of the features that pitches keep clear of: the sheet's own outlines, 12 units high.
const symbolPlaces = Object.entries(data.symbols).map(([kind, text]) => [kind, decode(text).flatMap(({ xy }) => Array.from({ length: xy.length / 2 }, (_, i) => [xy[2 * i], xy[2 * i + 1]]))]);

const SIGNS = Object.fromEntries(Object.entries(data.signs).map(([kind, [colour, outline, inside, upTo]]) => [kind, { colour, outline: new Path2D(outline), inside: new Path2D(inside), upTo }]));
SIGNS.pitch = { colour: ink.pitch, outline: new Path2D("M-6-2.5h12v5h-12z"), inside: new Path2D(), upTo: Infinity };

// Smaller than this, signs would hide the streets; a CSS pixel is 0.2646 mm.
const SIGNS_FROM = 0.45, shows = (kind) => view.k >= Math.max(SIGNS_FROM, 1000 / 0.2646 / SIGNS[kind].upTo);

function sign(c, kind, x, y) {
  const { colour, outline, inside } = SIGNS[kind];
  c.save();
  c.translate(x, y);
  c.lineWidth = 2;
  c.strokeStyle = "#fff";
  c.stroke(outline);
  c.fillStyle = colour;
  c.fill(outline);
  c.fillStyle = "#fff";
  c.fill(inside);
  c.restore();
}

function drawSymbols(c, offset, taken) {
  for (const [kind, at] of symbolPlaces.filter(([kind]) => shows(kind)))
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

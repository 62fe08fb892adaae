// Lines as paths of the canvas, cut into cells and thinned by scale, so that only what is seen is drawn.
const CELLS = 16;

class Paths {
  constructor(lines, closed) {
    this.closed = closed;
    this.cells = new Map();
    const size = Math.max(data.extent[0], data.extent[1]) / CELLS;
    for (const line of lines) {
      const column = Math.floor((line.west + line.east) / 2 / size), row = Math.floor((line.south + line.north) / 2 / size);
      const key = column + 1000 * row;
      if (!this.cells.has(key)) this.cells.set(key, { lines: [], paths: new Map(), west: Infinity, south: Infinity, east: -Infinity, north: -Infinity });
      const cell = this.cells.get(key);
      cell.lines.push(line);
      Object.assign(cell, boxOf([cell, line]));
    }
  }

  // Call back with each path that a window needs at a scale.
  forEach(window, k, draw) {
    const level = Math.max(-12, Math.min(2, Math.floor(Math.log2(k))));
    for (const cell of this.cells.values()) {
      if (cell.west > window.east || cell.east < window.west || cell.south > window.north || cell.north < window.south) continue;
      if (!cell.paths.has(level)) cell.paths.set(level, this.path(cell.lines, 0.6 / Math.pow(2, level + 1)));
      draw(cell.paths.get(level));
    }
  }

  path(lines, step) {
    const path = new Path2D();
    for (const { xy, west, south, east, north } of lines) {
      // An area smaller than a step is not seen.
      if (this.closed && east - west < step && north - south < step) continue;
      let x = xy[0], y = xy[1];
      path.moveTo(x, y);
      for (let i = 2; i < xy.length; i += 2) {
        if (i < xy.length - 2 && Math.abs(xy[i] - x) < step && Math.abs(xy[i + 1] - y) < step) continue;
        x = xy[i];
        y = xy[i + 1];
        path.lineTo(x, y);
      }
      if (this.closed) path.closePath();
    }
    return path;
  }
}

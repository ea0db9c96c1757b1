/**
 * A drawing is a list of strokes on a sheet of 1600 × 1000: { id, c: colour or null for the eraser, w: width, p: [x, y,
 * pressure in percent, …] }, all whole numbers. Strokes are only ever added or taken away, so two windows can draw on
 * one sheet.
 */
window.strokes = (() => {
  const WIDTH = 1600;
  const HEIGHT = 1000;
  /** Numbers in a drawing; as JSON they stay below the 5 MB that one key may hold. */
  const MAX_NUMBERS = 900_000;
  const clamp = (value, most) => Math.min(Math.max(Math.round(value), 0), most);

  const readStroke = (raw, at) => {
    const points = raw?.p;
    if (!Array.isArray(points) || points.length < 3 || points.length % 3 !== 0) return null;
    if (!points.every(Number.isFinite)) return null;
    return {
      id: String(raw.id ?? `stroke-${at}`),
      c:
        typeof raw.c === 'string' && /^#[0-9a-f]{6}$/i.test(raw.c)
          ? raw.c
          : raw.c === null
            ? null
            : '#1b1e26',
      w: Number.isFinite(raw.w) ? Math.min(Math.max(raw.w, 1), 200) : 8,
      p: points,
    };
  };
  const read = (raw, lost) => {
    if (raw === undefined) return { version: 1, strokes: [] };
    const list = Array.isArray(raw) ? raw : raw?.strokes;
    const found = (Array.isArray(list) ? list : []).map(readStroke);
    if (!Array.isArray(list) || found.includes(null)) lost();
    return { version: 1, strokes: found.filter((stroke) => stroke !== null) };
  };
  const size = (list) => list.reduce((total, { p }) => total + p.length, 0);

  /** Leaves out what lies within a unit of the straight line between its neighbours (Ramer, Douglas, Peucker). */
  const simplify = (p) => {
    const count = p.length / 3;
    const keep = new Uint8Array(count);
    keep[0] = 1;
    keep[count - 1] = 1;
    const spans = [[0, count - 1]];
    while (spans.length > 0) {
      const [from, to] = spans.pop();
      const dx = p[to * 3] - p[from * 3];
      const dy = p[to * 3 + 1] - p[from * 3 + 1];
      const length = Math.hypot(dx, dy) || 1;
      let farthest = 0;
      let at = -1;
      for (let i = from + 1; i < to; i++) {
        const off = Math.abs(dx * (p[from * 3 + 1] - p[i * 3 + 1]) - dy * (p[from * 3] - p[i * 3])) / length;
        const straight = Math.hypot(p[i * 3] - p[from * 3], p[i * 3 + 1] - p[from * 3 + 1]);
        const distance =
          dx === 0 && dy === 0 ? straight : Math.max(off, Math.abs(p[i * 3 + 2] - p[from * 3 + 2]) / 12);
        if (distance > farthest) {
          farthest = distance;
          at = i;
        }
      }
      if (farthest > 1) {
        keep[at] = 1;
        spans.push([from, at], [at, to]);
      }
    }
    return p.filter((_, at) => keep[Math.floor(at / 3)] === 1);
  };

  /** Draws points `from` to the last; smooth, because each curve ends in the middle between two points. */
  const draw = (context, { c, w, p }, from = 0) => {
    context.globalCompositeOperation = c === null ? 'destination-out' : 'source-over';
    context.strokeStyle = context.fillStyle = c ?? '#000';
    context.lineCap = context.lineJoin = 'round';
    const count = p.length / 3;
    const width = (at) => Math.max(1, w * (0.35 + (0.65 * p[at * 3 + 2]) / 60));
    const middle = (a, b) => [(p[a * 3] + p[b * 3]) / 2, (p[a * 3 + 1] + p[b * 3 + 1]) / 2];
    if (count === 1) {
      context.beginPath();
      context.arc(p[0], p[1], width(0) / 2, 0, Math.PI * 2);
      context.fill();
      return;
    }
    for (let at = Math.max(1, from); at < count; at++) {
      context.beginPath();
      context.lineWidth = width(at);
      context.moveTo(...(at === 1 ? [p[0], p[1]] : middle(at - 2, at - 1)));
      context.quadraticCurveTo(p[at * 3 - 3], p[at * 3 - 2], ...middle(at - 1, at));
      if (at === count - 1) context.lineTo(p[at * 3], p[at * 3 + 1]);
      context.stroke();
    }
  };
  return { WIDTH, HEIGHT, MAX_NUMBERS, clamp, read, size, simplify, draw };
})();

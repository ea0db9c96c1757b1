const { el, store, toast, uid, download, setTitle } = window.matrix;
const { strokes } = window;
const $ = (id) => document.getElementById(id);
const COLOURS = {
  black: '#1b1e26',
  red: '#d43a34',
  orange: '#e58a1f',
  green: '#2a9d5c',
  blue: '#2f6bea',
  violet: '#8250d8',
};

const drawing = store('drawing', strokes.read);
const sheet = $('sheet');
const context = sheet.getContext('2d');
let current = null;
let undone = [];

const add = (added) =>
  drawing.update((value) => {
    const ids = new Set(added.map(({ id }) => id));
    return { ...value, strokes: [...value.strokes.filter(({ id }) => !ids.has(id)), ...added] };
  });
const take = (taken) =>
  drawing.update((value) => {
    const ids = new Set(taken.map(({ id }) => id));
    return { ...value, strokes: value.strokes.filter(({ id }) => !ids.has(id)) };
  });

/** The whole sheet always shows; the canvas has as many pixels as the screen gives it. */
const resize = () => {
  const desk = $('desk').getBoundingClientRect();
  const scale = Math.max(
    0.05,
    Math.min((desk.width - 16) / strokes.WIDTH, (desk.height - 16) / strokes.HEIGHT),
  );
  sheet.style.width = `${Math.floor(strokes.WIDTH * scale)}px`;
  sheet.style.height = `${Math.floor(strokes.HEIGHT * scale)}px`;
  sheet.width = Math.round(strokes.WIDTH * scale * devicePixelRatio);
  sheet.height = Math.round(strokes.HEIGHT * scale * devicePixelRatio);
  paint();
};
const paintOn = (target, width) => {
  target.setTransform(1, 0, 0, 1, 0, 0);
  target.globalCompositeOperation = 'source-over';
  target.clearRect(0, 0, target.canvas.width, target.canvas.height);
  target.setTransform(width / strokes.WIDTH, 0, 0, width / strokes.WIDTH, 0, 0);
  for (const stroke of drawing.value.strokes) strokes.draw(target, stroke);
};
const paint = () => {
  paintOn(context, sheet.width);
  if (current) strokes.draw(context, current);
  const count = drawing.value.strokes.length;
  $('undo').disabled = count === 0;
  $('redo').disabled = undone.length === 0;
  $('clear').disabled = $('export').disabled = count === 0;
  $('hint').hidden = count > 0 || current !== null;
  sheet.setAttribute('aria-label', count === 0 ? 'Empty sheet' : `Sheet with ${count} strokes`);
};

const begin = () => {
  if (strokes.size(drawing.value.strokes) > strokes.MAX_NUMBERS) {
    toast('This sheet is full. Download it, then clear it.');
    return;
  }
  const eraser = document.querySelector('[name=tool]:checked').value === 'eraser';
  const colour = document.querySelector('[name=colour]:checked').value;
  current = { id: uid(), c: eraser ? null : colour, w: $('width').valueAsNumber * (eraser ? 2 : 1), p: [] };
};
const extend = (x, y, pressure) => {
  const { p } = current;
  const point = [
    strokes.clamp(x, strokes.WIDTH),
    strokes.clamp(y, strokes.HEIGHT),
    strokes.clamp(pressure * 100, 100),
  ];
  if (p.length > 0 && p.at(-3) === point[0] && p.at(-2) === point[1]) return;
  p.push(...point);
  strokes.draw(context, current, p.length / 3 - 1);
};
const finish = () => {
  if (!current) return;
  const stroke = { ...current, p: strokes.simplify(current.p) };
  current = null;
  if (stroke.p.length === 0) return;
  undone = [];
  add([stroke]);
};

const position = (event) => {
  const box = sheet.getBoundingClientRect();
  const scale = strokes.WIDTH / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
};
// A mouse reports 0.5 while pressed; 60 % is drawn at full width.
const pressure = (event) => (event.pointerType === 'pen' ? event.pressure : 0.6);
let drawer = null;
sheet.addEventListener('pointerdown', (event) => {
  if (event.button !== 0 || drawer !== null) return;
  begin();
  if (!current) return;
  drawer = event.pointerId;
  sheet.setPointerCapture(drawer);
  $('cursor').hidden = true;
  $('hint').hidden = true;
  extend(...position(event), pressure(event));
});
sheet.addEventListener('pointermove', (event) => {
  if (event.pointerId !== drawer || !current) return;
  const events = event.getCoalescedEvents?.() ?? [];
  for (const one of events.length > 0 ? events : [event]) extend(...position(one), pressure(one));
});
for (const name of ['pointerup', 'pointercancel', 'lostpointercapture'])
  sheet.addEventListener(name, (event) => {
    if (event.pointerId !== drawer) return;
    drawer = null;
    finish();
  });

/** Drawing by keyboard: the arrows move a cross, Space puts the pen down and lifts it. */
const cross = { x: strokes.WIDTH / 2, y: strokes.HEIGHT / 2 };
const showCross = () => {
  const scale = sheet.getBoundingClientRect().width / strokes.WIDTH;
  $('cursor').hidden = false;
  $('cursor').style.left = `${sheet.offsetLeft + cross.x * scale}px`;
  $('cursor').style.top = `${sheet.offsetTop + cross.y * scale}px`;
  $('cursor').classList.toggle('down', current !== null);
};
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
sheet.addEventListener('keydown', (event) => {
  const step = STEPS[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (step) {
    const far = event.shiftKey ? 80 : 16;
    cross.x = strokes.clamp(cross.x + step[0] * far, strokes.WIDTH);
    cross.y = strokes.clamp(cross.y + step[1] * far, strokes.HEIGHT);
    if (current) extend(cross.x, cross.y, 0.6);
  } else if (event.key === ' ' || event.key === 'Enter') {
    if (current) finish();
    else {
      begin();
      if (current) extend(cross.x, cross.y, 0.6);
    }
    $('told').textContent = current ? 'Pen down' : 'Pen up';
    paint();
  } else return;
  event.preventDefault();
  showCross();
});
sheet.addEventListener('blur', () => {
  $('cursor').hidden = true;
  if (drawer === null) finish();
});

const undo = () => {
  const last = drawing.value.strokes.at(-1);
  if (!last) return;
  undone.push(last);
  take([last]);
};
const redo = () => {
  const again = undone.pop();
  if (again) add([again]);
};
$('undo').addEventListener('click', undo);
$('redo').addEventListener('click', redo);
$('clear').addEventListener('click', () => {
  const all = drawing.value.strokes;
  undone = [];
  take(all);
  sheet.focus();
  toast('Cleared the sheet', 'Undo', () => add(all));
});
$('export').addEventListener('click', () => {
  const layer = el('canvas', { width: strokes.WIDTH, height: strokes.HEIGHT });
  paintOn(layer.getContext('2d'), strokes.WIDTH);
  // The eraser leaves holes; paper goes below them.
  const paper = el('canvas', { width: strokes.WIDTH, height: strokes.HEIGHT });
  const target = paper.getContext('2d');
  target.fillStyle = '#ffffff';
  target.fillRect(0, 0, strokes.WIDTH, strokes.HEIGHT);
  target.drawImage(layer, 0, 0);
  paper.toBlob((image) => download('sketch.png', image, 'image/png'), 'image/png');
});

window.addEventListener('keydown', (event) => {
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && (key === 'z' || key === 'y')) {
    // “Undo” of a cleared sheet is the toast's.
    if (document.querySelector('.toast button') && key === 'z' && !event.shiftKey) return;
    event.preventDefault();
    (key === 'y' || event.shiftKey ? redo : undo)();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const tool = { p: 'pen', e: 'eraser' }[key];
  const step = { '[': -4, ']': 4 }[key];
  if (tool) document.querySelector(`[value=${tool}]`).checked = true;
  else if (step) $('width').valueAsNumber += step;
  else return;
  event.preventDefault();
});

$('colours').append(
  ...Object.entries(COLOURS).map(([name, value], at) =>
    el(
      'label',
      { style: `--colour: ${value}`, title: name },
      el('input', {
        type: 'radio',
        name: 'colour',
        value,
        checked: at === 0,
        'aria-label': name,
        onchange: () => {
          document.querySelector('[value=pen]').checked = true;
        },
      }),
    ),
  ),
);
new ResizeObserver(resize).observe($('desk'));
drawing.subscribe(paint);
setTitle('Sketch').catch(() => {});

const { el, store, toast, onSubmit, uid, setTitle, autofocus } = window.matrix;
const $ = (id) => document.getElementById(id);
const COLOURS = { green: 150, blue: 220, violet: 268, pink: 335, orange: 28, yellow: 48 };

// Days are `YYYY-MM-DD`, counted in UTC where all have 24 hours; only "today" is the owner's.
const add = (day, count) => new Date(Date.parse(day) + count * 86_400_000).toISOString().slice(0, 10);
const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
const show = (day, options) =>
  new Intl.DateTimeFormat(undefined, { ...options, timeZone: 'UTC' }).format(new Date(day));
const today = () => {
  const now = new Date();
  const pad = (number) => String(number).padStart(2, '0');
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
};
const weekStart = (day) => {
  const locale = new Intl.Locale(navigator.language);
  const first = (locale.getWeekInfo?.() ?? locale.weekInfo ?? { firstDay: 1 }).firstDay % 7;
  return add(day, -((new Date(day).getUTCDay() - first + 7) % 7));
};

const readHabit = (raw) => {
  if (typeof raw?.name !== 'string' || raw.name.trim() === '') return null;
  const days = Array.isArray(raw.days)
    ? raw.days
    : Object.keys(raw.days ?? {}).filter((day) => raw.days[day]);
  return {
    ...raw,
    id: String(raw.id ?? uid()),
    colour: Object.hasOwn(COLOURS, raw.colour) ? raw.colour : 'green',
    days: Object.fromEntries(
      days.filter((day) => typeof day === 'string' && isDay(day)).map((day) => [day, true]),
    ),
  };
};
const read = (raw, lost) => {
  if (raw === undefined) return { version: 1, items: [] };
  const list = Array.isArray(raw) ? raw : raw?.items;
  const items = (Array.isArray(list) ? list : []).map(readHabit);
  if (!Array.isArray(list) || items.includes(null)) lost();
  return { version: 1, items: items.filter((item) => item !== null) };
};
const habits = store('habits', read);
const change = (how) => habits.update((value) => ({ ...value, items: how(value.items) }));
const patch = (id, how) => change((items) => items.map((item) => (item.id === id ? how(item) : item)));
const place = (items, item, at) => {
  const rest = items.filter(({ id }) => id !== item.id);
  return [...rest.slice(0, at), item, ...rest.slice(at)];
};

/** Days in a row up to today; today itself still has time. */
const streak = (days) => {
  let day = days[today()] ? today() : add(today(), -1);
  let count = 0;
  for (; days[day]; day = add(day, -1)) count++;
  return count;
};
const best = (days) => {
  let longest = 0;
  let count = 0;
  let before = '';
  for (const day of Object.keys(days).sort()) {
    count = before !== '' && add(before, 1) === day ? count + 1 : 1;
    longest = Math.max(longest, count);
    before = day;
  }
  return longest;
};

let start = weekStart(today());
let seenToday = today();
let edited = null;

const tick = (habit, day) =>
  patch(habit.id, (item) => {
    const days = { ...item.days };
    if (days[day]) delete days[day];
    else days[day] = true;
    return { ...item, days };
  });

const dayCell = (habit, day) => {
  const done = habit.days[day] === true;
  return el(
    'td',
    { className: day === today() ? 'today' : '' },
    el('button', {
      type: 'button',
      className: 'day',
      'data-icon': 'check',
      disabled: day > today(),
      'aria-pressed': String(done),
      'aria-label': `${habit.name}, ${show(day, { weekday: 'long', day: 'numeric', month: 'long' })}`,
      dataset: { habit: habit.id, day },
      onclick: () => tick(habit, day),
    }),
  );
};
const row = (habit, week) => {
  const now = streak(habit.days);
  return el(
    'tr',
    { style: `--hue: ${COLOURS[habit.colour]}` },
    el(
      'th',
      { scope: 'row' },
      el(
        'button',
        {
          type: 'button',
          className: 'ghost name',
          'aria-label': `Edit ${habit.name}`,
          onclick: () => openDialog(habit),
        },
        habit.name,
      ),
    ),
    week.map((day) => dayCell(habit, day)),
    el(
      'td',
      { className: 'streak' },
      el('strong', { className: 'number' }, String(now)),
      el('small', {}, ` best ${best(habit.days)}`),
    ),
  );
};

const render = () => {
  const { items } = habits.value;
  const focused = document.activeElement?.dataset ?? {};
  const week = Array.from({ length: 7 }, (_, at) => add(start, at));
  const brief = { day: 'numeric', month: 'short' };
  $('week').textContent = week.includes(today())
    ? 'This week'
    : `${show(start, brief)} – ${show(week[6], brief)}`;
  $('next').disabled = week.includes(today());
  $('head').replaceChildren(
    el('th', { scope: 'col', className: 'sr-head' }, el('span', { className: 'sr-only' }, 'Habit')),
    ...week.map((day) =>
      el(
        'th',
        { scope: 'col', className: day === today() ? 'today' : '' },
        show(day, { weekday: 'narrow' }),
        el('small', {}, show(day, { day: 'numeric' })),
      ),
    ),
    el('th', { scope: 'col' }, 'Streak'),
  );
  $('rows').replaceChildren(...items.map((habit) => row(habit, week)));
  $('table').hidden = items.length === 0;
  $('keys').hidden = items.length === 0;
  $('empty').hidden = items.length > 0;
  const left = items.filter(({ days }) => !days[today()]).length;
  setTitle(left > 0 ? `Habits (${left} left today)` : 'Habits').catch(() => {});
  if (focused.habit) cellOf(focused.habit, focused.day)?.focus();
};
const cellOf = (habit, day) =>
  $('rows').querySelector(`[data-habit="${CSS.escape(habit)}"][data-day="${day}"]`);

const remove = (habit) => {
  const at = habits.value.items.findIndex(({ id }) => id === habit.id);
  $('dialog').close();
  change((items) => items.filter(({ id }) => id !== habit.id));
  $('new').focus();
  toast(`Deleted “${habit.name}”`, 'Undo', () => change((items) => place(items, habit, at)));
};

const openDialog = (habit) => {
  edited = habit;
  $('dialog-title').textContent = habit ? 'Edit habit' : 'New habit';
  $('name').value = habit?.name ?? '';
  const unused = Object.keys(COLOURS)[habits.value.items.length % Object.keys(COLOURS).length];
  $('colours').querySelector(`[value=${habit?.colour ?? unused}]`).checked = true;
  for (const id of ['delete', 'up', 'down']) $(id).hidden = !habit;
  $('dialog').showModal();
  $('name').focus();
};
onSubmit($('form'), () => {
  const name = $('name').value.trim();
  if (name === '') return $('name').focus();
  const colour = $('colours').querySelector(':checked').value;
  const habit = edited;
  $('dialog').close();
  if (habit) patch(habit.id, (item) => ({ ...item, name, colour }));
  else {
    const id = uid();
    change((items) => [...items, { id, name, colour, days: {} }]);
    cellOf(id, today())?.focus();
  }
});
const move = (step) => {
  const at = habits.value.items.findIndex(({ id }) => id === edited.id) + step;
  if (at >= 0) change((items) => place(items, items.find(({ id }) => id === edited.id) ?? edited, at));
};
$('up').addEventListener('click', () => move(-1));
$('down').addEventListener('click', () => move(1));
$('cancel').addEventListener('click', () => $('dialog').close());
$('delete').addEventListener('click', () => remove(edited));
$('new').addEventListener('click', () => openDialog(null));
const turn = (count) => {
  start = add(start, count * 7);
  render();
};
$('previous').addEventListener('click', () => turn(-1));
$('next').addEventListener('click', () => turn(1));

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
$('rows').addEventListener('keydown', (event) => {
  const step = STEPS[event.key];
  const { habit, day } = event.target.dataset;
  if (!step || !habit || event.altKey) return;
  event.preventDefault();
  const { items } = habits.value;
  const to = items[items.findIndex(({ id }) => id === habit) + step[0]];
  const wanted = add(day, step[1]);
  if (!to || wanted > today()) return;
  if (wanted < start || wanted > add(start, 6)) turn(step[1]);
  cellOf(to.id, wanted)?.focus();
});
window.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || $('dialog').open || event.key.toLowerCase() !== 'n')
    return;
  event.preventDefault();
  openDialog(null);
});

$('colours').append(
  ...Object.entries(COLOURS).map(([value, hue]) =>
    el(
      'label',
      { style: `--hue: ${hue}` },
      el('input', { type: 'radio', name: 'colour', value, 'aria-label': value }),
    ),
  ),
);
// The window may stay open over midnight.
setInterval(() => {
  if (seenToday === today()) return;
  if (start === weekStart(seenToday)) start = weekStart(today());
  seenToday = today();
  render();
}, 30_000);
habits.subscribe(render);
autofocus(() => $('rows').querySelector('.today .day') ?? $('new'));

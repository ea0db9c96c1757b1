const { el, store, toast, onSubmit, uid, download, setTitle, autofocus } = window.matrix;
const { days } = window;
const $ = (id) => document.getElementById(id);
const REPEATS = ['none', 'daily', 'weekly', 'monthly', 'yearly'];
const isTime = (text) => typeof text === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

const readEvent = (raw) => {
  if (typeof raw?.title !== 'string' || !days.isDay(raw.date)) return null;
  const start = isTime(raw.start) ? raw.start : '';
  return {
    ...raw,
    id: String(raw.id ?? uid()),
    last: days.isDay(raw.last) && raw.last >= raw.date ? raw.last : raw.date,
    start,
    end: start !== '' && isTime(raw.end) ? raw.end : '',
    repeat: REPEATS.includes(raw.repeat) ? raw.repeat : 'none',
    notes: typeof raw.notes === 'string' ? raw.notes : '',
  };
};
const read = (raw, lost) => {
  if (raw === undefined) return { version: 1, items: [] };
  const list = Array.isArray(raw) ? raw : raw?.items;
  const items = (Array.isArray(list) ? list : []).map(readEvent);
  if (!Array.isArray(list) || items.includes(null)) lost();
  return { version: 1, items: items.filter((item) => item !== null) };
};

const events = store('events', read);
const put = (event) =>
  events.update((value) => ({
    ...value,
    items: [...value.items.filter(({ id }) => id !== event.id), event],
  }));
const drop = (event) =>
  events.update((value) => ({ ...value, items: value.items.filter(({ id }) => id !== event.id) }));

let selected = days.today();
let seenToday = selected;
let edited = null;

const on = (day) =>
  events.value.items
    .map((event) => ({ event, first: days.occurrence(event, day) }))
    .filter(({ first }) => first !== undefined)
    .sort((a, b) => a.event.start.localeCompare(b.event.start) || a.event.title.localeCompare(b.event.title));

const clock = (time) => {
  const [hours, minutes] = time.split(':').map(Number);
  const format = new Intl.DateTimeFormat(undefined, { timeStyle: 'short', timeZone: 'UTC' });
  return format.format(new Date(Date.UTC(2000, 0, 1, hours, minutes)));
};
const when = ({ event, first }, day) => {
  const length = days.between(event.date, event.last);
  const last = days.add(first, length);
  const starts = event.start && day === first ? clock(event.start) : '';
  const ends = event.end && day === last ? clock(event.end) : '';
  if (starts && ends) return `${starts} – ${ends}`;
  if (starts) return starts;
  if (ends) return `until ${ends}`;
  return length > 0
    ? `All day, ${days.show(first, { month: 'short', day: 'numeric' })} – ${days.show(last, { month: 'short', day: 'numeric' })}`
    : 'All day';
};

const cell = (day) => {
  const found = on(day);
  const today = day === days.today();
  const names = found.map(({ event }) => event.title).join(', ');
  const label = [days.show(day, { dateStyle: 'full' }), today && 'today', names].filter(Boolean).join(', ');
  return el(
    'td',
    {
      role: 'gridcell',
      className: [day.slice(0, 7) !== selected.slice(0, 7) && 'other', today && 'today']
        .filter(Boolean)
        .join(' '),
      'aria-selected': String(day === selected),
      'aria-label': label,
      tabIndex: day === selected ? 0 : -1,
      dataset: { day },
      onclick: () => select(day, true),
      ondblclick: () => openDialog(null),
    },
    el('span', { className: 'number' }, String(Number(day.slice(8)))),
    el(
      'div',
      { className: 'events', 'aria-hidden': 'true' },
      found
        .slice(0, 3)
        .map(({ event }) => el('span', { className: event.start ? 'timed' : '' }, event.title)),
      found.length > 3 && el('small', {}, `+${found.length - 3}`),
    ),
  );
};

const renderGrid = (focus) => {
  const hadFocus = focus || document.activeElement?.matches('#grid td');
  const first = days.weekStart(`${selected.slice(0, 7)}-01`);
  $('month').textContent = days.show(selected, { month: 'long', year: 'numeric' });
  $('weekdays').replaceChildren(
    ...Array.from({ length: 7 }, (_, at) =>
      el('th', { scope: 'col' }, days.show(days.add(first, at), { weekday: 'short' })),
    ),
  );
  const weeks = [];
  for (
    let day = first;
    weeks.length === 0 || day.slice(0, 7) === selected.slice(0, 7);
    day = days.add(day, 7)
  )
    weeks.push(el('tr', {}, ...Array.from({ length: 7 }, (_, at) => cell(days.add(day, at)))));
  $('weeks').replaceChildren(...weeks);
  if (hadFocus) $('weeks').querySelector('[tabindex="0"]').focus();
};

const renderAgenda = () => {
  $('day').textContent = days.show(selected, { weekday: 'long', day: 'numeric', month: 'long' });
  const found = on(selected);
  $('agenda').replaceChildren(
    ...found.map((one) =>
      el(
        'li',
        {},
        el(
          'button',
          { type: 'button', className: 'ghost event', onclick: () => openDialog(one.event) },
          el('strong', {}, one.event.title),
          el('small', {}, when(one, selected), one.event.repeat !== 'none' && ' ↻'),
          one.event.notes && el('small', { className: 'notes' }, one.event.notes),
        ),
        el('button', {
          type: 'button',
          className: 'ghost square',
          'data-icon': 'trash',
          'aria-label': `Delete ${one.event.title}`,
          onclick: () => remove(one.event),
        }),
      ),
    ),
  );
  $('agenda').hidden = found.length === 0;
  $('free').hidden = found.length > 0;
};
const render = (focus) => {
  renderGrid(focus === true);
  renderAgenda();
};

const select = (day, focus) => {
  if (!days.isDay(day)) return;
  selected = day;
  render(focus);
};

const remove = (event) => {
  $('dialog').close();
  drop(event);
  toast(
    event.repeat === 'none' ? `Deleted “${event.title}”` : `Deleted “${event.title}” and its repeats`,
    'Undo',
    () => put(event),
  );
};

const openDialog = (event) => {
  edited = event;
  $('dialog-title').textContent = event ? 'Edit event' : 'New event';
  const values = event ?? {
    title: '',
    date: selected,
    last: selected,
    start: '',
    end: '',
    repeat: 'none',
    notes: '',
  };
  for (const field of ['title', 'date', 'last', 'start', 'end', 'repeat', 'notes'])
    $(field).value = values[field];
  $('delete').hidden = event === null;
  $('end').setCustomValidity('');
  $('dialog').showModal();
  $('title').focus();
};

onSubmit($('form'), () => {
  const value = (id) => $(id).value.trim();
  const date = value('date');
  // Text, not numbers: the later of two days sorts last.
  const last = [date, value('last')].sort().at(-1);
  const start = value('start');
  const event = {
    ...(edited ?? { id: uid() }),
    title: value('title'),
    date,
    last,
    start,
    end: start && value('end'),
    repeat: value('repeat'),
    notes: value('notes'),
  };
  if (event.title === '') return $('title').focus();
  if (event.end && last === date && event.end <= start) {
    $('end').setCustomValidity('The end must be later than the start.');
    $('end').reportValidity();
    return;
  }
  $('dialog').close();
  put(event);
  select(date, true);
});
for (const id of ['end', 'start', 'last', 'date'])
  $(id).addEventListener('input', () => $('end').setCustomValidity(''));
$('date').addEventListener('change', () => {
  if ($('last').value < $('date').value) $('last').value = $('date').value;
});
$('cancel').addEventListener('click', () => $('dialog').close());
$('delete').addEventListener('click', () => remove(edited));
$('new').addEventListener('click', () => openDialog(null));
$('today').addEventListener('click', () => select(days.today()));
$('previous').addEventListener('click', () => select(days.addMonths(selected, -1)));
$('next').addEventListener('click', () => select(days.addMonths(selected, 1)));

/** Times are floating: half past nine is half past nine wherever the file is read. */
$('export').addEventListener('click', () => {
  const clean = (text) => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');
  const stamp = (day, time) =>
    time
      ? `:${day.replaceAll('-', '')}T${time.replace(':', '')}00`
      : `;VALUE=DATE:${day.replaceAll('-', '')}`;
  const lines = events.value.items.flatMap((event) => [
    'BEGIN:VEVENT',
    `UID:${clean(event.id)}@calendar`,
    `DTSTAMP:${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`,
    `DTSTART${stamp(event.date, event.start)}`,
    ...(event.start
      ? event.end
        ? [`DTEND${stamp(event.last, event.end)}`]
        : []
      : [`DTEND${stamp(days.add(event.last, 1), '')}`]),
    `SUMMARY:${clean(event.title)}`,
    ...(event.notes ? [`DESCRIPTION:${clean(event.notes)}`] : []),
    ...(event.repeat === 'none' ? [] : [`RRULE:FREQ=${event.repeat.toUpperCase()}`]),
    'END:VEVENT',
  ]);
  const file = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Matrix OS//Calendar//EN',
    ...lines,
    'END:VCALENDAR',
    '',
  ];
  download('calendar.ics', file.join('\r\n'), 'text/calendar');
});

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
$('weeks').addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const start = days.weekStart(selected);
  const to = {
    PageUp: () => days.addMonths(selected, event.shiftKey ? -12 : -1),
    PageDown: () => days.addMonths(selected, event.shiftKey ? 12 : 1),
    Home: () => start,
    End: () => days.add(start, 6),
  }[event.key];
  if (STEPS[event.key]) select(days.add(selected, STEPS[event.key]), true);
  else if (to) select(to(), true);
  else if (event.key === 'Enter' || event.key === ' ') openDialog(null);
  else return;
  event.preventDefault();
});
window.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || $('dialog').open) return;
  if (event.key.toLowerCase() === 'n') openDialog(null);
  else if (event.key.toLowerCase() === 't') select(days.today(), true);
  else return;
  event.preventDefault();
});

// The window may stay open over midnight.
setInterval(() => {
  if (seenToday === days.today()) return;
  if (selected === seenToday) selected = days.today();
  seenToday = days.today();
  if (!$('dialog').open) render();
}, 30_000);

$('grid').setAttribute('role', 'grid');
events.subscribe(render);
setTitle('Calendar').catch(() => {});
autofocus(() => $('weeks').querySelector('[tabindex="0"]'));

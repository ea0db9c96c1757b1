const { el, store, toast, onSubmit, setTitle, autofocus } = window.matrix;
const $ = (id) => document.getElementById(id);

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
// Browsers still list these by names that nobody looks for any more.
const RENAMED = {
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Asia/Thimbu': 'Asia/Thimphu',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Godthab': 'America/Nuuk',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
};
const zones = Intl.supportedValuesOf('timeZone')
  .filter((zone) => zone.includes('/') && !zone.startsWith('Etc/'))
  .map((zone) => RENAMED[zone] ?? zone);
const isZone = (zone) => {
  try {
    return (
      typeof zone === 'string' && zone !== '' && Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }))
    );
  } catch {
    return false;
  }
};
const city = (zone) => zone.split('/').at(-1).replaceAll('_', ' ');
const region = (zone) => zone.split('/').slice(0, -1).join(', ').replaceAll('_', ' ');

const read = (raw, lost) => {
  if (raw === undefined) return { version: 1, zones: [] };
  const list = Array.isArray(raw) ? raw : (raw?.zones ?? raw?.items);
  const good = (Array.isArray(list) ? list : []).filter(isZone);
  if (!Array.isArray(list) || good.length < list.length) lost();
  return { version: 1, zones: [...new Set(good)] };
};
const clocks = store('clocks', read);
const change = (how) => clocks.update((value) => ({ ...value, zones: how(value.zones) }));
const place = (list, zone, at) => {
  const rest = list.filter((other) => other !== zone);
  return [...rest.slice(0, at), zone, ...rest.slice(at)];
};

/** What the clocks on the wall show there, as if it were UTC; the difference of two is the difference of the places. */
const wall = (moment, zone) => {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(moment);
  const { year, month, day, hour, minute } = Object.fromEntries(
    parts.map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(year, month - 1, day, hour, minute);
};
const difference = (moment, zone) => {
  const minutes = Math.round((wall(moment, zone) - wall(moment, here)) / 60_000);
  if (minutes === 0) return 'same time as here';
  const text = `${Math.floor(Math.abs(minutes) / 60)}${minutes % 60 === 0 ? '' : `:${String(Math.abs(minutes) % 60).padStart(2, '0')}`} h`;
  return minutes > 0 ? `${text} ahead` : `${text} behind`;
};

const moment = () => new Date(Date.now() + $('shift').valueAsNumber * 3_600_000);
const remove = (zone) => {
  const at = clocks.value.zones.indexOf(zone);
  change((list) => list.filter((other) => other !== zone));
  $('place').focus();
  toast(`Removed ${city(zone)}`, 'Undo', () => change((list) => place(list, zone, at)));
};
/** The first one goes to the end, so that one button reaches every order. */
const moveUp = (zone) => {
  const { zones: list } = clocks.value;
  const at = list.indexOf(zone);
  change((now) => place(now, zone, at > 0 ? at - 1 : now.length));
};

const row = (zone, own) =>
  el(
    'li',
    { dataset: { zone } },
    el('span', { className: 'sky', 'aria-hidden': 'true' }),
    el('span', { className: 'grow' }, el('strong', {}, city(zone)), el('small', { className: 'where' })),
    el('time', { className: 'number' }),
    el(
      'span',
      { className: 'row' },
      own &&
        el('button', {
          type: 'button',
          className: 'ghost square',
          'data-icon': 'up',
          'aria-label': `Move ${city(zone)} up`,
          onclick: () => moveUp(zone),
        }),
      own &&
        el('button', {
          type: 'button',
          className: 'ghost square',
          'data-icon': 'trash',
          'aria-label': `Remove ${city(zone)}`,
          onclick: () => remove(zone),
        }),
    ),
  );

const tick = () => {
  const at = moment();
  const set = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };
  for (const item of $('list').children) {
    const { zone } = item.dataset;
    const hour = new Date(wall(at, zone)).getUTCHours();
    const day = new Intl.DateTimeFormat(undefined, {
      timeZone: zone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
    }).format(at);
    set(
      item.querySelector('time'),
      new Intl.DateTimeFormat(undefined, { timeZone: zone, timeStyle: 'short' }).format(at),
    );
    set(item.querySelector('.where'), `${day} · ${zone === here ? 'here' : difference(at, zone)}`);
    set(item.querySelector('.sky'), hour >= 7 && hour < 19 ? '☀️' : '🌙');
  }
  const hours = $('shift').valueAsNumber;
  const shown = Math.abs(hours);
  set(
    $('shifted'),
    hours === 0 ? 'now' : `${Math.floor(shown)}${shown % 1 ? '½' : ''} h ${hours > 0 ? 'from now' : 'ago'}`,
  );
  $('shift').setAttribute('aria-valuetext', $('shifted').textContent);
  $('now').style.visibility = hours === 0 ? 'hidden' : '';
};
const render = () => {
  const focused = document.activeElement?.getAttribute('aria-label');
  $('list').replaceChildren(
    row(here, false),
    ...clocks.value.zones.filter((zone) => zone !== here).map((zone) => row(zone, true)),
  );
  $('empty').hidden = clocks.value.zones.length > 0;
  tick();
  if (focused)
    [...$('list').querySelectorAll('button')]
      .find((button) => button.getAttribute('aria-label') === focused)
      ?.focus();
};

const find = (text) => {
  const wanted = text.trim().toLocaleLowerCase();
  const named = (zone) => `${city(zone)}, ${region(zone)}`.toLocaleLowerCase();
  return (
    zones.find((zone) => named(zone) === wanted || city(zone).toLocaleLowerCase() === wanted) ??
    zones.find((zone) => named(zone).startsWith(wanted)) ??
    zones.find((zone) => named(zone).includes(wanted))
  );
};
onSubmit($('form'), () => {
  const text = $('place').value;
  const zone = text.trim() === '' ? undefined : find(text);
  if (!zone) {
    $('place').focus();
    if (text.trim() !== '') toast('No such place is known. Try the nearest large city.');
    return;
  }
  $('place').value = '';
  change((list) => place(list, zone, list.length));
});
$('shift').addEventListener('input', tick);
$('now').addEventListener('click', () => {
  $('shift').value = '0';
  tick();
  $('shift').focus();
});

$('places').append(...zones.map((zone) => el('option', { value: `${city(zone)}, ${region(zone)}` })));
setInterval(tick, 1000);
clocks.subscribe(render);
setTitle('World clock').catch(() => {});
autofocus(() => $('place'));

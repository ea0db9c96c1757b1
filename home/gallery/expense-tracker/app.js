const { el, store, toast, onSubmit, uid, download, setTitle, autofocus } = window.matrix;
const { money } = window;
const $ = (id) => document.getElementById(id);
const CATEGORIES = ['Groceries', 'Eating out', 'Home', 'Transport', 'Health', 'Fun', 'Other'];
const COMMON = [
  'EUR',
  'USD',
  'GBP',
  'CHF',
  'JPY',
  'CAD',
  'AUD',
  'SEK',
  'NOK',
  'DKK',
  'PLN',
  'CZK',
  'INR',
  'BRL',
  'CNY',
];
const REGIONS = {
  US: 'USD',
  GB: 'GBP',
  CH: 'CHF',
  JP: 'JPY',
  CA: 'CAD',
  AU: 'AUD',
  SE: 'SEK',
  NO: 'NOK',
  DK: 'DKK',
  PL: 'PLN',
  CZ: 'CZK',
  IN: 'INR',
  BR: 'BRL',
  CN: 'CNY',
};
const guessed = REGIONS[new Intl.Locale(navigator.language).maximize().region] ?? 'EUR';

const pad = (number) => String(number).padStart(2, '0');
const today = () => {
  const now = new Date();
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
};
const isDay = (text) =>
  typeof text === 'string' && /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text);
const addMonths = (month, count) => {
  const [year, number] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7);
};
const showDay = (day, options) =>
  new Intl.DateTimeFormat(undefined, { ...options, timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));

const readItem = (raw) =>
  money.isCents(raw?.cents) && isDay(raw.date)
    ? {
        ...raw,
        id: String(raw.id ?? uid()),
        category: typeof raw.category === 'string' && raw.category !== '' ? raw.category : 'Other',
        note: typeof raw.note === 'string' ? raw.note : '',
      }
    : null;
const read = (raw, lost) => {
  if (raw === undefined) return { version: 1, currency: guessed, items: [] };
  const list = Array.isArray(raw) ? raw : raw?.items;
  const items = (Array.isArray(list) ? list : []).map(readItem);
  if (!Array.isArray(list) || items.includes(null)) lost();
  const currency = money.currencies.includes(raw?.currency) ? raw.currency : guessed;
  return { version: 1, currency, items: items.filter((item) => item !== null) };
};

const expenses = store('expenses', read);
const put = (item) =>
  expenses.update((value) => ({
    ...value,
    items: [...value.items.filter(({ id }) => id !== item.id), item],
  }));
const drop = (item) =>
  expenses.update((value) => ({ ...value, items: value.items.filter(({ id }) => id !== item.id) }));

let month = today().slice(0, 7);
let edited = null;

const sum = (items) => items.reduce((total, { cents }) => total + cents, 0);
const of = (wanted) => expenses.value.items.filter(({ date }) => date.startsWith(wanted));
const show = (cents) => money.show(cents, expenses.value.currency);
/** Always the same colour for the same word, apart from its neighbours. */
const hue = (category) => {
  const at = CATEGORIES.indexOf(category);
  if (at >= 0) return [150, 25, 220, 265, 340, 48, 190][at];
  return [...category].reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)) % 360, 7);
};
const dot = (category) =>
  el('span', { className: 'dot', style: `--hue: ${hue(category)}`, 'aria-hidden': 'true' });

const renderShares = (items) => {
  const byCategory = new Map();
  for (const { category, cents } of items) byCategory.set(category, (byCategory.get(category) ?? 0) + cents);
  const total = sum(items);
  $('total').textContent = show(total);
  $('shares').replaceChildren(
    ...[...byCategory]
      .sort(([, a], [, b]) => b - a)
      .map(([category, cents]) =>
        el(
          'li',
          { style: `--hue: ${hue(category)}; --share: ${Math.max(1, Math.round((cents / total) * 100))}%` },
          el('span', { className: 'grow' }, category),
          el('span', { className: 'number' }, show(cents)),
        ),
      ),
  );
};

const svg = (tag, attributes, text) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
};
const renderChart = () => {
  const months = Array.from({ length: 6 }, (_, at) => addMonths(month, at - 5));
  const totals = months.map((one) => sum(of(one)));
  const top = Math.max(...totals, 1);
  const brief = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
  const name = (one) => showDay(`${one}-01`, { month: 'short' });
  const bars = months.flatMap((one, at) => {
    const height = Math.max((totals[at] / top) * 96, totals[at] > 0 ? 3 : 1);
    const x = at * 50 + 25;
    return [
      svg('rect', {
        class: one === month ? 'bar-now' : 'bar-then',
        x: x - 15,
        y: 122 - height,
        width: 30,
        height,
        rx: Math.min(5, height / 2),
      }),
      svg(
        'text',
        { x, y: 114 - height, class: 'amount' },
        totals[at] > 0 ? brief.format(totals[at] / 100) : '',
      ),
      svg('text', { x, y: 142 }, name(one)),
    ];
  });
  $('chart-text').textContent = months.map((one, at) => `${name(one)} ${show(totals[at])}`).join(', ');
  $('chart').replaceChildren($('chart-text'), ...bars);
};

const entry = (item) =>
  el(
    'li',
    { className: edited?.id === item.id ? 'edited' : '' },
    dot(item.category),
    el(
      'span',
      { className: 'grow' },
      el('span', {}, item.note || item.category),
      item.note && el('small', {}, ` ${item.category}`),
    ),
    el('span', { className: 'number' }, show(item.cents)),
    el('button', {
      type: 'button',
      className: 'ghost square',
      'data-icon': 'pencil',
      'aria-label': `Edit ${item.note || item.category}, ${show(item.cents)}`,
      onclick: () => edit(item),
    }),
    el('button', {
      type: 'button',
      className: 'ghost square',
      'data-icon': 'trash',
      'aria-label': `Delete ${item.note || item.category}, ${show(item.cents)}`,
      onclick: () => remove(item),
    }),
  );

const render = () => {
  const items = of(month);
  const wide = matchMedia('(min-width: 520px)').matches;
  $('month').textContent = showDay(`${month}-01`, { month: wide ? 'long' : 'short', year: 'numeric' });
  $('currency').value = expenses.value.currency;
  const used = new Set([...CATEGORIES, ...expenses.value.items.map(({ category }) => category)]);
  $('categories').replaceChildren(...[...used].map((value) => el('option', { value })));
  renderShares(items);
  renderChart();
  const groups = [...new Set(items.map(({ date }) => date))].sort().reverse();
  $('days').replaceChildren(
    ...groups.map((day) => {
      const own = items.filter(({ date }) => date === day);
      return el(
        'div',
        {},
        el(
          'h3',
          { className: 'row' },
          el('span', { className: 'grow' }, showDay(day, { weekday: 'long', day: 'numeric', month: 'long' })),
          el('span', { className: 'number' }, show(sum(own))),
        ),
        el('ul', { className: 'list card' }, own.reverse().map(entry)),
      );
    }),
  );
  $('empty').hidden = items.length > 0;
  setTitle(`Expenses: ${$('month').textContent}`).catch(() => {});
};

const fill = (item) => {
  edited = item;
  $('amount').value = item ? money.plain(item.cents) : '';
  $('category').value = item?.category ?? '';
  $('note').value = item?.note ?? '';
  if (item) $('date').value = item.date;
  $('save').textContent = item ? 'Save' : 'Add';
  $('cancel').hidden = !item;
  $('amount').focus();
};
const edit = (item) => {
  fill(item);
  $('form').scrollIntoView({ block: 'nearest' });
  $('amount').select();
  render();
};
const remove = (item) => {
  if (edited?.id === item.id) fill(null);
  drop(item);
  $('amount').focus();
  toast(`Deleted ${show(item.cents)}`, 'Undo', () => put(item));
};

onSubmit($('form'), () => {
  const cents = money.parse($('amount').value);
  if (cents === null) {
    $('amount').setCustomValidity('Enter an amount such as 12.50');
    $('amount').reportValidity();
    return;
  }
  const item = {
    ...(edited ?? { id: uid() }),
    cents,
    category: $('category').value.trim() || 'Other',
    note: $('note').value.trim(),
    date: $('date').value,
  };
  month = item.date.slice(0, 7);
  fill(null);
  put(item);
});
$('amount').addEventListener('input', () => $('amount').setCustomValidity(''));
$('cancel').addEventListener('click', () => {
  fill(null);
  render();
});
$('previous').addEventListener('click', () => {
  month = addMonths(month, -1);
  render();
});
$('next').addEventListener('click', () => {
  month = addMonths(month, 1);
  render();
});
$('currency').addEventListener('change', () => {
  const currency = $('currency').value;
  expenses.update((value) => ({ ...value, currency }));
});
$('export').addEventListener('click', () => {
  const { items, currency } = expenses.value;
  const rows = [...items]
    .sort((a, b) => a.date.localeCompare(b.date))
    .map(({ date, category, note, cents }) => [date, category, note, money.plain(cents), currency]);
  download(
    'expenses.csv',
    `\ufeff${money.csv([['date', 'category', 'note', 'amount', 'currency'], ...rows])}\r\n`,
    'text/csv',
  );
});

const names = [...new Set([guessed, ...COMMON, ...money.currencies])];
$('currency').replaceChildren(...names.map((value) => el('option', { value }, value)));
$('date').value = today();
expenses.subscribe(render);
autofocus(() => $('amount'));

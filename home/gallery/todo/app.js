const { el, store, toast, onSubmit, uid, setTitle, autofocus } = window.matrix;
const $ = (id) => document.getElementById(id);

/** Also takes a bare list, and texts instead of objects: what people and kernels write by hand. */
const readItem = (raw) => {
  const text = typeof raw === 'string' ? raw : (raw?.text ?? raw?.title);
  if (typeof text !== 'string' || text.trim() === '') return null;
  return {
    ...(typeof raw === 'object' ? raw : {}),
    id: String(raw.id ?? uid()),
    text,
    done: raw.done === true,
  };
};
const read = (raw, lost) => {
  if (raw === undefined) return { version: 1, items: [] };
  const list = Array.isArray(raw) ? raw : raw?.items;
  if (!Array.isArray(list)) lost();
  const items = [];
  const seen = new Set();
  for (const entry of Array.isArray(list) ? list : []) {
    const item = readItem(entry);
    if (!item) lost();
    else items.push(seen.has(item.id) ? { ...item, id: uid() } : item);
    if (item) seen.add(item.id);
  }
  return { version: 1, items };
};

const todos = store('todos', read);
const change = (how) => todos.update((value) => ({ ...value, items: how(value.items) }));
const patch = (id, fields) =>
  change((items) => items.map((item) => (item.id === id ? { ...item, ...fields } : item)));

/** Puts `item` before the one with `beforeId`, or last; also brings back a deleted one. */
const place = (items, item, beforeId) => {
  const rest = items.filter((other) => other.id !== item.id);
  const at = rest.findIndex((other) => other.id === beforeId);
  return at < 0 ? [...rest, item] : [...rest.slice(0, at), item, ...rest.slice(at)];
};

const filter = () => document.querySelector('[name=filter]:checked').value;
const shown = (items) => items.filter((item) => filter() === 'all' || item.done === (filter() === 'done'));

let editing = null;
let draft = '';

const remove = (item) => {
  const items = todos.value.items;
  const next = items[items.indexOf(items.find((other) => other.id === item.id)) + 1]?.id;
  const row = $('list').querySelector(`[data-id="${CSS.escape(item.id)}"]`);
  const focusNext = (row?.nextElementSibling ?? row?.previousElementSibling)?.dataset.id;
  change((all) => all.filter((other) => other.id !== item.id));
  if (focusNext) focusRow(focusNext);
  else $('text').focus();
  toast(`Deleted “${shorten(item.text)}”`, 'Undo', () => change((all) => place(all, item, next)));
};
const shorten = (text) => (text.length > 30 ? `${text.slice(0, 29)}…` : text);

const move = (item, step) => {
  const visible = shown(todos.value.items);
  const to = visible.findIndex((other) => other.id === item.id) + step;
  if (to < 0 || to >= visible.length) return;
  const before = visible[step > 0 ? to + 1 : to]?.id;
  change((items) => place(items, item, before));
  focusRow(item.id);
};

const finishEdit = (save) => {
  if (editing === null) return;
  const id = editing;
  const text = draft.trim();
  editing = null;
  if (save && text !== '') patch(id, { text });
  else render();
};

const startEdit = (item) => {
  finishEdit(true);
  editing = item.id;
  draft = item.text;
  render();
  $('list').querySelector('.edit')?.select();
};

const rowKeys = (event, item) => {
  if (event.target.classList.contains('edit')) return;
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step && event.altKey) move(item, step);
  else if (step) {
    const row = event.currentTarget;
    const to = (step < 0 ? row.previousElementSibling : row.nextElementSibling)?.dataset.id;
    if (to) focusRow(to);
    else if (step < 0) $('text').focus();
  } else if (event.key === 'Delete') remove(item);
  else if (event.key === ' ' && event.target.classList.contains('text')) patch(item.id, { done: !item.done });
  else return;
  event.preventDefault();
};

const editor = (item) =>
  el('input', {
    className: 'edit grow',
    'aria-label': `Edit ${item.text}`,
    value: draft,
    maxLength: 500,
    oninput: (event) => {
      draft = event.target.value;
    },
    onblur: () => rendering || finishEdit(true),
    onkeydown: (event) => {
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      event.preventDefault();
      finishEdit(event.key === 'Enter');
      focusRow(item.id);
    },
  });

const row = (item) =>
  el(
    'li',
    {
      className: item.done ? 'done' : '',
      dataset: { id: item.id },
      onkeydown: (event) => rowKeys(event, item),
    },
    el(
      'label',
      {},
      el('input', {
        type: 'checkbox',
        checked: item.done,
        'aria-label': `Done: ${item.text}`,
        onchange: (event) => patch(item.id, { done: event.target.checked }),
      }),
    ),
    editing === item.id
      ? editor(item)
      : el(
          'button',
          {
            type: 'button',
            className: 'text',
            'aria-label': `Edit: ${item.text}`,
            onclick: () => startEdit(item),
          },
          item.text,
        ),
    el('button', {
      type: 'button',
      className: 'ghost square handle',
      'data-icon': 'grip',
      tabIndex: -1,
      'aria-label': `Move ${item.text}`,
      onpointerdown: (event) => drag(event, item),
    }),
    el('button', {
      type: 'button',
      className: 'ghost square delete',
      'data-icon': 'trash',
      'aria-label': `Delete ${item.text}`,
      onclick: () => remove(item),
    }),
  );

const focusRow = (id) =>
  $('list')
    .querySelector(`[data-id="${CSS.escape(id)}"] .text`)
    ?.focus();

/** The row follows the pointer; the list is written once, when it is let go. */
const drag = (event, item) => {
  const list = $('list');
  const dragged = event.currentTarget.closest('li');
  event.preventDefault();
  // The list and not the handle: an element that is moved in the page loses the pointer.
  list.setPointerCapture(event.pointerId);
  dragged.classList.add('dragged');
  dragging = true;
  const follow = ({ clientY }) => {
    const over = [...list.children].find((other) => {
      const box = other.getBoundingClientRect();
      return other !== dragged && clientY >= box.top && clientY <= box.bottom;
    });
    if (!over) return;
    const box = over.getBoundingClientRect();
    if (clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  };
  const drop = () => {
    list.removeEventListener('pointermove', follow);
    dragging = false;
    const before = dragged.nextElementSibling?.dataset.id;
    change((items) => place(items, items.find((other) => other.id === item.id) ?? item, before));
  };
  list.addEventListener('pointermove', follow);
  list.addEventListener('lostpointercapture', drop, { once: true });
};
let dragging = false;
let rendering = false;

const EMPTY = {
  all: ['🌱', 'Nothing to do yet', 'Write the first thing above and press Enter.'],
  open: ['🎉', 'All done', 'Nothing is open.'],
  done: ['🗒️', 'Nothing ticked yet', 'What you finish shows up here.'],
};

/** Rebuilds the rows and gives the focus back to the control that had it. */
const render = () => {
  if (dragging) return;
  const { items } = todos.value;
  const active = document.activeElement;
  const focusedId = active?.closest?.('#list > li')?.dataset.id;
  const focusedClass = active?.classList.contains('edit') ? null : (active?.className ?? null);
  const caret = active?.classList.contains('edit') ? [active.selectionStart, active.selectionEnd] : null;

  rendering = true; // Taking a focused field out of the page blurs it.
  $('list').replaceChildren(...shown(items).map(row));
  rendering = false;
  $('list').hidden = shown(items).length === 0;
  const [icon, title, hint] = EMPTY[filter()];
  $('empty').hidden = shown(items).length > 0;
  $('empty').querySelector('.big').textContent = icon;
  $('empty').querySelector('strong').textContent = title;
  $('empty').lastElementChild.textContent = hint;
  const open = items.filter((item) => !item.done).length;
  $('count').textContent = items.length === 0 ? '' : `${open} of ${items.length} open`;
  $('clear').disabled = open === items.length;
  setTitle(open > 0 ? `To-do (${open})` : 'To-do').catch(() => {});

  const again = focusedId && $('list').querySelector(`[data-id="${CSS.escape(focusedId)}"]`);
  if (!again) return;
  const edit = again.querySelector('.edit');
  if (edit) {
    edit.focus();
    if (caret) edit.setSelectionRange(...caret);
  } else if (active.type === 'checkbox') again.querySelector('[type=checkbox]').focus();
  else [...again.querySelectorAll('button')].find((button) => button.className === focusedClass)?.focus();
};

onSubmit($('add'), () => {
  const text = $('text').value.trim();
  if (text === '') return $('text').focus();
  $('text').value = '';
  change((items) => [...items, { id: uid(), text, done: false }]);
  if (filter() === 'done') document.querySelector('[name=filter][value=all]').checked = true;
  render();
  $('list').lastElementChild?.scrollIntoView({ block: 'nearest' });
  $('text').focus();
});
$('text').addEventListener('keydown', (event) => {
  const first = $('list').firstElementChild?.dataset.id;
  if (event.key === 'ArrowDown' && first) {
    event.preventDefault();
    focusRow(first);
  }
});
$('filter').addEventListener('change', render);
$('clear').addEventListener('click', () => {
  const before = todos.value.items;
  const gone = before.filter((item) => item.done);
  change((items) => items.filter((item) => !item.done));
  toast(`Cleared ${gone.length} done`, 'Undo', () =>
    change((items) => {
      const now = new Map(items.map((item) => [item.id, item]));
      const old = before.map((item) => now.get(item.id) ?? (item.done ? item : null)).filter(Boolean);
      return [...old, ...items.filter((item) => !before.some((other) => other.id === item.id))];
    }),
  );
});

todos.subscribe(render);
autofocus(() => $('text'));

const { el, store, toast, onSubmit, uid, setTitle, autofocus } = window.matrix;
const { board } = window;
const $ = (id) => document.getElementById(id);
const shorten = (text) => (text.length > 30 ? `${text.slice(0, 29)}…` : text);

const saved = store('board', board.read);
const change = (how) => saved.update(how);
const cardOf = (id) => saved.value.cards.find((card) => card.id === id);
const element = (id) => $('board').querySelector(`[data-card="${CSS.escape(id)}"]`);
const columnTitle = (id) => saved.value.columns.find((column) => column.id === id)?.title ?? '';

let edited = null;
let adding = null;
let draft = '';
let dragging = false;
let rendering = false;

const tell = (text) => {
  $('told').textContent = text;
};

const remove = (card) => {
  const all = board.inColumn(saved.value, card.column);
  const at = all.findIndex(({ id }) => id === card.id);
  const next = all[at + 1] ?? all[at - 1];
  $('dialog').close();
  change((state) => board.remove(state, card.id));
  if (next) element(next.id)?.focus();
  else
    $('board')
      .querySelector(`[data-column="${CSS.escape(card.column)}"] .add`)
      ?.focus();
  toast(`Deleted “${shorten(card.title)}”`, 'Undo', () =>
    change((state) => {
      const known = state.columns.some(({ id }) => id === card.column);
      return board.place(state, card, known ? card.column : state.columns[0].id, all[at + 1]?.id);
    }),
  );
};

/** Where a key takes the card: up and down in its column, left and right to the neighbour's same height. */
const move = (card, key) => {
  const { columns } = saved.value;
  const own = board.inColumn(saved.value, card.column);
  const at = own.findIndex(({ id }) => id === card.id);
  const column = columns.findIndex(({ id }) => id === card.column);
  if (key === 'ArrowUp' && at > 0) change((state) => board.place(state, card, card.column, own[at - 1].id));
  else if (key === 'ArrowDown' && at < own.length - 1)
    change((state) => board.place(state, card, card.column, own[at + 2]?.id));
  else if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const to = columns[column + (key === 'ArrowLeft' ? -1 : 1)];
    if (!to) return;
    const before = board.inColumn(saved.value, to.id)[at]?.id;
    change((state) => board.place(state, card, to.id, before));
  } else return;
  const now = cardOf(card.id);
  const place = board.inColumn(saved.value, now.column).findIndex(({ id }) => id === card.id) + 1;
  tell(`${columnTitle(now.column)}, place ${place}`);
  element(card.id)?.focus();
  element(card.id)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
};

const go = (card, key) => {
  const { columns } = saved.value;
  const own = board.inColumn(saved.value, card.column);
  const at = own.findIndex(({ id }) => id === card.id);
  if (key === 'ArrowUp' || key === 'ArrowDown')
    return element(own[at + (key === 'ArrowUp' ? -1 : 1)]?.id ?? '')?.focus();
  const step = key === 'ArrowLeft' ? -1 : 1;
  for (let to = columns.findIndex(({ id }) => id === card.column) + step; columns[to]; to += step) {
    const there = board.inColumn(saved.value, columns[to].id);
    if (there.length > 0) return element(there[Math.min(at, there.length - 1)].id)?.focus();
  }
};

const cardKeys = (event, card) => {
  if (event.ctrlKey || event.metaKey) return;
  if (event.key.startsWith('Arrow')) (event.altKey ? move : go)(card, event.key);
  else if (event.altKey) return;
  else if (event.key === 'Delete' || event.key === 'Backspace') remove(card);
  else if (event.key.toLowerCase() === 'n') startAdding(card.column);
  else return;
  event.preventDefault();
  event.stopPropagation();
};

const cardElement = (card) =>
  el(
    'li',
    {},
    el(
      'button',
      {
        type: 'button',
        className: `card-face ${card.colour ? 'coloured' : ''}`,
        style: card.colour ? `--hue: ${board.COLOURS[card.colour]}` : '',
        dataset: { card: card.id },
        onclick: () => openDialog(card),
        onkeydown: (event) => cardKeys(event, card),
        onpointerdown: (event) => startDrag(event, card),
      },
      el('span', {}, card.title),
      card.notes && el('small', {}, card.notes),
    ),
  );

const adder = (column) => {
  if (adding !== column.id)
    return el(
      'button',
      {
        type: 'button',
        className: 'ghost add',
        'data-icon': 'plus',
        'aria-label': `Add a card to ${column.title}`,
        onclick: () => startAdding(column.id),
      },
      'Add a card',
    );
  return el('input', {
    className: 'draft',
    'aria-label': `New card in ${column.title}`,
    placeholder: 'What is it?',
    maxLength: 200,
    value: draft,
    oninput: (event) => {
      draft = event.target.value;
    },
    onblur: () => {
      if (!rendering) finishAdding(false);
    },
    onkeydown: (event) => {
      event.stopPropagation();
      if (event.key === 'Enter') finishAdding(true);
      else if (event.key === 'Escape') {
        draft = '';
        finishAdding(false);
        $('board')
          .querySelector(`[data-column="${CSS.escape(column.id)}"] .add`)
          ?.focus();
      } else return;
      event.preventDefault();
    },
  });
};
const startAdding = (column) => {
  if (adding !== null) finishAdding(false);
  adding = column;
  draft = '';
  render();
  $('board').querySelector('.draft')?.focus();
};
/** Leaving the field keeps what was typed; Enter goes on with the next card. */
const finishAdding = (more) => {
  const column = adding;
  const title = draft.trim();
  if (column === null) return;
  draft = '';
  if (!more || title === '') adding = null;
  if (title === '') render();
  else change((state) => board.place(state, { id: uid(), title, notes: '', colour: '' }, column));
  $('board').querySelector('.draft')?.scrollIntoView({ block: 'nearest' });
};

const columnElement = (column) => {
  const cards = board.inColumn(saved.value, column.id);
  return el(
    'section',
    { className: 'column', 'aria-label': column.title, dataset: { column: column.id } },
    el(
      'header',
      {},
      el('input', {
        className: 'heading',
        'aria-label': 'Name of the column',
        value: column.title,
        maxLength: 60,
        onchange: (event) => {
          const title = event.target.value.trim();
          if (title === '') render();
          else change((state) => board.renameColumn(state, column.id, title));
        },
        onkeydown: (event) => {
          event.stopPropagation();
          if (event.key === 'Enter') event.target.blur();
        },
      }),
      el('span', { className: 'chip number', 'aria-label': `${cards.length} cards` }, String(cards.length)),
      saved.value.columns.length > 1 &&
        el('button', {
          type: 'button',
          className: 'ghost square',
          'data-icon': 'trash',
          'aria-label': `Delete the column ${column.title}`,
          onclick: () => removeColumn(column),
        }),
    ),
    el('ol', {}, cards.map(cardElement)),
    adder(column),
  );
};
const removeColumn = (column) => {
  const before = saved.value;
  const at = before.columns.findIndex(({ id }) => id === column.id);
  const cards = board.inColumn(before, column.id);
  change((state) => board.removeColumn(state, column.id));
  $('board').querySelector('.heading')?.focus();
  toast(
    cards.length > 0
      ? `Deleted “${shorten(column.title)}” with ${cards.length} cards`
      : `Deleted “${shorten(column.title)}”`,
    'Undo',
    () =>
      change((state) =>
        cards.reduce((now, card) => board.place(now, card, column.id), board.addColumn(state, column, at)),
      ),
  );
};

/** Rebuilds the board and gives the focus back to what had it. */
const render = () => {
  if (dragging) return;
  const active = document.activeElement;
  const card = active?.dataset?.card;
  const column = active?.closest?.('.column')?.dataset.column;
  const kind = ['draft', 'heading', 'add'].find((name) => active?.classList?.contains(name));
  const caret =
    kind === 'draft' || kind === 'heading'
      ? [active.selectionStart, active.selectionEnd, active.value]
      : null;
  const { scrollLeft } = $('board');
  rendering = true;
  $('board').replaceChildren(
    ...saved.value.columns.map(columnElement),
    el(
      'button',
      { type: 'button', className: 'ghost new-column', 'data-icon': 'plus', onclick: addColumn },
      'Add a column',
    ),
  );
  rendering = false;
  $('board').scrollLeft = scrollLeft;
  setTitle('Kanban').catch(() => {});
  if (card) element(card)?.focus({ preventScroll: true });
  else if (column && kind) {
    const again = $('board').querySelector(`[data-column="${CSS.escape(column)}"] .${kind}`);
    again?.focus({ preventScroll: true });
    if (again && caret) {
      if (kind === 'heading') again.value = caret[2];
      again.setSelectionRange(caret[0], caret[1]);
    }
  }
};
const addColumn = () => {
  const id = uid();
  change((state) => board.addColumn(state, { id, title: 'New column' }));
  const heading = $('board').querySelector(`[data-column="${id}"] .heading`);
  heading.focus();
  heading.select();
};

const openDialog = (card) => {
  edited = card;
  $('column').replaceChildren(
    ...saved.value.columns.map(({ id, title }) => el('option', { value: id }, title)),
  );
  for (const field of ['title', 'notes', 'column', 'colour']) $(field).value = card[field];
  $('dialog').showModal();
  $('title').focus();
};
onSubmit($('form'), () => {
  const title = $('title').value.trim();
  if (title === '') return $('title').focus();
  const fields = { title, notes: $('notes').value, colour: $('colour').value };
  const column = $('column').value;
  const { id } = edited;
  const moved = column !== edited.column;
  $('dialog').close();
  change((state) => {
    const patched = board.patch(state, id, fields);
    const card = patched.cards.find((one) => one.id === id);
    return card && moved ? board.place(patched, card, column) : patched;
  });
  element(id)?.focus();
});
$('cancel').addEventListener('click', () => $('dialog').close());
$('delete').addEventListener('click', () => remove(edited));

/**
 * A mouse drags after a few pixels; a finger after holding still, because a quick one scrolls. The card itself is the
 * placeholder and goes where it would fall; the board is written once, when it is let go.
 */
const startDrag = (event, card) => {
  if (event.button !== 0) return;
  const item = event.currentTarget.parentElement;
  const from = { x: event.clientX, y: event.clientY };
  const touch = event.pointerType !== 'mouse';
  const begin = () => {
    dragging = true;
    item.classList.add('dragged');
    // The board and not the card: an element that is moved in the page loses the pointer.
    $('board').setPointerCapture(event.pointerId);
  };
  const hold = touch ? setTimeout(begin, 350) : undefined;
  const follow = ({ clientX, clientY }) => {
    const far = Math.hypot(clientX - from.x, clientY - from.y) > 6;
    if (!dragging && far && touch) return stop();
    if (!dragging && far) begin();
    if (!dragging) return;
    const under = document.elementsFromPoint(clientX, clientY);
    const list = under.map((one) => one.closest('.column')?.querySelector('ol')).find(Boolean);
    if (!list) return;
    const after = [...list.children].find((other) => {
      const box = other.getBoundingClientRect();
      return other !== item && clientY < box.top + box.height / 2;
    });
    if (after) after.before(item);
    else list.append(item);
    const edge = $('board').getBoundingClientRect();
    if (clientX > edge.right - 40) $('board').scrollBy({ left: 12 });
    else if (clientX < edge.left + 40) $('board').scrollBy({ left: -12 });
  };
  const noScroll = (move) => {
    if (dragging) move.preventDefault();
  };
  const stop = () => {
    clearTimeout(hold);
    window.removeEventListener('pointermove', follow);
    window.removeEventListener('pointerup', drop);
    window.removeEventListener('pointercancel', stop);
    item.removeEventListener('touchmove', noScroll);
    item.classList.remove('dragged');
    if (!dragging) return;
    dragging = false;
    render();
  };
  const drop = () => {
    if (!dragging) return stop();
    const column = item.closest('.column').dataset.column;
    const before = item.nextElementSibling?.firstElementChild.dataset.card;
    stop();
    change((state) =>
      board.place(state, state.cards.find(({ id }) => id === card.id) ?? card, column, before),
    );
    element(card.id)?.focus({ preventScroll: true });
  };
  window.addEventListener('pointermove', follow);
  window.addEventListener('pointerup', drop);
  window.addEventListener('pointercancel', stop);
  item.addEventListener('touchmove', noScroll, { passive: false });
};

window.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || $('dialog').open || event.key.toLowerCase() !== 'n')
    return;
  event.preventDefault();
  startAdding(saved.value.columns[0].id);
});

saved.subscribe(render);
autofocus(() => $('board').querySelector('[data-card], .add'));

const { el, store, data, onChange, toast, uid, setTitle, download } = window.matrix;
const $ = (id) => document.getElementById(id);

/** One key per note, so that two windows on two notes never meet. */
const read = (raw, lost) => {
  if (raw === undefined) return undefined;
  const text = typeof raw === 'string' ? raw : (raw?.text ?? raw?.body ?? raw?.content);
  if (typeof text !== 'string') {
    lost();
    return undefined;
  }
  const time = (value) => (Number.isFinite(Date.parse(value)) ? value : new Date(0).toISOString());
  return {
    ...(typeof raw === 'object' ? raw : {}),
    text,
    updated: time(raw.updated),
    pinned: raw.pinned === true,
  };
};

const notes = new Map();
let open = null;

const follow = (key) => {
  if (notes.has(key)) return notes.get(key);
  const note = store(key, read);
  notes.set(key, note);
  note.subscribe(() => {
    renderList();
    if (key === open) renderEditor();
  });
  return note;
};
const isNote = (key) => /^note-/.test(key) && !key.endsWith('-damaged');
const followAll = async () => {
  for (const key of await data.keys()) if (isNote(key)) follow(key);
  await Promise.all([...notes.values()].map((note) => note.ready));
};

const firstLines = (text) => {
  const lines = text.split('\n').map((line) => line.replace(/^(#+|[-*>]( \[.\])?) /, '').trim());
  const [title, line] = lines.filter((part) => part !== '');
  return { title: title ?? 'New note', line: line ?? '' };
};

const listed = () => {
  const words = $('search').value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return [...notes]
    .filter(([, { value }]) => value && words.every((word) => value.text.toLocaleLowerCase().includes(word)))
    .sort(
      ([, a], [, b]) => b.value.pinned - a.value.pinned || b.value.updated.localeCompare(a.value.updated),
    );
};

const day = (iso) => {
  const date = new Date(iso);
  const today = new Date().toDateString() === date.toDateString();
  return new Intl.DateTimeFormat(undefined, today ? { timeStyle: 'short' } : { dateStyle: 'medium' }).format(
    date,
  );
};

const renderList = () => {
  const rows = listed();
  const focused = document.activeElement?.closest?.('#list button')?.dataset.key;
  $('list').replaceChildren(
    ...rows.map(([key, { value }]) => {
      const { title, line } = firstLines(value.text);
      return el(
        'li',
        {},
        el(
          'button',
          {
            type: 'button',
            dataset: { key },
            'aria-current': String(key === open),
            onclick: () => show(key, true),
          },
          el(
            'span',
            { className: 'title' },
            value.pinned &&
              el('span', {
                className: 'pinned',
                'data-icon': 'pin',
                role: 'img',
                'aria-label': 'Kept at the top',
              }),
            title,
          ),
          el('span', { className: 'line' }, [day(value.updated), line].filter(Boolean).join(' · ')),
        ),
      );
    }),
  );
  if (focused)
    $('list')
      .querySelector(`[data-key="${CSS.escape(focused)}"]`)
      ?.focus();
  $('empty').hidden = rows.length > 0;
  const searching = $('search').value.trim() !== '';
  $('empty-title').textContent = searching ? 'Nothing found' : 'No notes yet';
  $('empty-hint').textContent = searching ? 'Try fewer words.' : 'Press + and start writing.';
};

const view = () => document.querySelector('[name=view]:checked').value;

/** Touches the text only when another window changed it, and then keeps the caret where it was. */
const renderEditor = () => {
  const value = notes.get(open)?.value;
  $('panes').classList.toggle('open', value !== undefined);
  $('editor').hidden = value === undefined;
  $('nothing').hidden = value !== undefined;
  setTitle(value ? firstLines(value.text).title.slice(0, 80) : 'Notes').catch(() => {});
  if (!value) return;
  const box = $('text');
  if (box.value !== value.text) {
    const { selectionStart, selectionEnd } = box;
    box.value = value.text;
    if (document.activeElement === box) box.setSelectionRange(selectionStart, selectionEnd);
  }
  $('when').textContent = `Changed ${day(value.updated)}`;
  $('pin').setAttribute('aria-pressed', String(value.pinned));
  box.hidden = view() === 'read';
  $('reading').hidden = view() !== 'read';
  if (view() === 'read') $('reading').replaceChildren(...window.renderMarkdown(value.text, tick));
};

const write = (text) =>
  notes
    .get(open)
    .update((note) => ({ ...(note ?? { pinned: false }), text, updated: new Date().toISOString() }));

const tick = (number) => {
  const lines = notes.get(open).value.text.split('\n');
  lines[number] = lines[number].replace(/\[([ xX])\]/, (_, mark) => (mark === ' ' ? '[x]' : '[ ]'));
  write(lines.join('\n'));
  $('reading')
    .querySelectorAll('.task input')
    [lines.slice(0, number).filter((line) => /^\s*[-*] \[[ xX]\] /.test(line)).length]?.focus();
};

const show = (key, focus) => {
  const left = notes.get(open);
  // A note that never got a letter is not worth keeping.
  if (key !== open && left?.value && left.value.text.trim() === '') left.update(() => undefined);
  open = key;
  renderEditor();
  renderList();
  if (key === null) $('search').focus();
  else if (focus) (view() === 'read' ? $('reading') : $('text')).focus();
};

const create = () => {
  document.querySelector('[name=view][value=write]').checked = true;
  $('search').value = '';
  const key = `note-${uid()}`;
  follow(key).update(() => ({ text: '', updated: new Date().toISOString(), pinned: false }));
  show(key, true);
};

const remove = () => {
  const key = open;
  const { value } = notes.get(key);
  const keys = listed().map(([other]) => other);
  const next = keys[keys.indexOf(key) + 1] ?? keys[keys.indexOf(key) - 1] ?? null;
  notes.get(key).update(() => undefined);
  show(matchMedia('(max-width: 599px)').matches ? null : next, true);
  if (value.text.trim() === '') return;
  toast(`Deleted “${firstLines(value.text).title.slice(0, 30)}”`, 'Undo', () => {
    notes.get(key).update(() => value);
    show(key, true);
  });
};

$('reading').tabIndex = -1;
$('text').addEventListener('input', () => write($('text').value));
$('search').addEventListener('input', renderList);
$('new').addEventListener('click', create);
$('delete').addEventListener('click', remove);
$('back').addEventListener('click', () => show(null));
$('pin').addEventListener('click', () =>
  notes.get(open).update((note) => ({ ...note, pinned: !note.pinned })),
);
for (const radio of document.querySelectorAll('[name=view]'))
  radio.addEventListener('change', () => {
    renderEditor();
    if (view() === 'write') $('text').focus();
  });
$('download').addEventListener('click', () => {
  const { text } = notes.get(open).value;
  const name = firstLines(text).title.replace(/[^\p{L}\p{N} _-]/gu, '');
  download(`${name.slice(0, 60).trim() || 'note'}.md`, text, 'text/markdown');
});

window.addEventListener('keydown', (event) => {
  const typing = event.target.matches('input:not([type=radio]), textarea');
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (event.altKey && event.code === 'KeyN') create();
  else if (event.key === '/' && !typing) $('search').focus();
  else if (event.key === 'Escape' && event.target === $('search')) {
    $('search').value = '';
    renderList();
  } else if (event.key === 'Escape' && open && event.target.closest('#editor')) {
    if (matchMedia('(max-width: 599px)').matches) show(null);
    else $('list').querySelector('[aria-current=true]')?.focus();
  } else if (step && event.target.closest('nav')) {
    const rows = [...$('list').querySelectorAll('button')];
    const to = rows[rows.indexOf(event.target) + step];
    if (to) to.focus();
    else if (step < 0) $('search').focus();
  } else return;
  event.preventDefault();
});

onChange((key) => {
  if (key === null) followAll().catch(() => {});
  else if (isNote(key)) follow(key);
});
renderList();
followAll().then(
  () => {
    const first = listed()[0]?.[0];
    if (open === null && first && !matchMedia('(max-width: 599px)').matches) show(first, false);
  },
  (error) => toast(`The notes could not be read: ${error.message}`),
);

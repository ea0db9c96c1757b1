const { el, store, toast, setTitle, autofocus } = window.matrix;
const { arithmetic } = window;
const $ = (id) => document.getElementById(id);
const KEPT = 100;

const readLine = (raw) =>
  typeof raw?.sum === 'string' && typeof raw.result === 'string'
    ? { sum: raw.sum.slice(0, 200), result: raw.result.slice(0, 60) }
    : null;
const read = (raw, lost) => {
  if (raw === undefined) return { version: 1, tape: [] };
  const list = Array.isArray(raw) ? raw : raw?.tape;
  const tape = (Array.isArray(list) ? list : []).map(readLine);
  if (!Array.isArray(list) || tape.includes(null)) lost();
  return { version: 1, tape: tape.filter((line) => line !== null).slice(-KEPT) };
};
const history = store('tape', read);

const work = (text) => {
  try {
    return { result: arithmetic.show(arithmetic.evaluate(text)) };
  } catch (error) {
    return { problem: error.message };
  }
};

/** The answer shows while typing; a mistake only once it is asked for, because half a sum always looks wrong. */
const preview = () => {
  const text = $('sum').value;
  const { result } = /[^\d.,\s]/.test(text.trim()) ? work(text) : {};
  $('result').textContent = result === undefined ? '' : `= ${result}`;
  $('result').classList.remove('problem');
};
const insert = (text) => {
  const box = $('sum');
  box.setRangeText(text, box.selectionStart, box.selectionEnd, 'end');
  preview();
};
const equals = () => {
  const sum = $('sum').value.trim();
  if (sum === '') return;
  const { result, problem } = work(sum);
  if (problem) {
    $('result').textContent = problem;
    $('result').classList.add('problem');
    return;
  }
  history.update((value) => ({ ...value, tape: [...value.tape, { sum, result }].slice(-KEPT) }));
  $('sum').value = result.includes('e') ? '' : result;
  $('result').textContent = result.includes('e') ? `= ${result}` : '';
};
const clear = () => {
  $('sum').value = '';
  preview();
};
const back = () => {
  const box = $('sum');
  if (box.selectionStart === box.selectionEnd && box.selectionStart > 0) box.selectionStart--;
  insert('');
};

const KEYS = [
  ['C', 'Clear', clear],
  ['(', 'Open bracket'],
  [')', 'Close bracket'],
  ['÷', 'Divided by'],
  ['7'],
  ['8'],
  ['9'],
  ['×', 'Times'],
  ['4'],
  ['5'],
  ['6'],
  ['−', 'Minus'],
  ['1'],
  ['2'],
  ['3'],
  ['+', 'Plus'],
  ['%', 'Percent'],
  ['0'],
  ['.', 'Point'],
  ['⌫', 'Delete the last', back],
  ['=', 'Equals', equals],
];
$('pad').append(
  ...KEYS.map(([face, name, run]) =>
    el(
      'button',
      {
        type: 'button',
        className: face === '=' ? 'primary' : /\d|\./.test(face) ? 'digit' : 'operation',
        'aria-label': name ?? face,
        // The field keeps the focus and with it the place where the key goes.
        onpointerdown: (event) => event.preventDefault(),
        onclick: run ?? (() => insert(face)),
      },
      face,
    ),
  ),
);

$('sum').addEventListener('input', preview);
$('sum').addEventListener('keydown', (event) => {
  const last = history.value.tape.at(-1);
  if (event.key === 'Enter' || event.key === '=') equals();
  else if (event.key === 'Escape') clear();
  else if (event.key === 'ArrowUp' && last) {
    $('sum').value = last.sum;
    preview();
  } else return;
  event.preventDefault();
});
window.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target === $('sum')) return;
  if (/^[\d.,+\-*/^()%]$/.test(event.key)) $('sum').focus();
});

const render = () => {
  const { tape } = history.value;
  $('tape').replaceChildren(
    ...tape.map(({ sum, result }) =>
      el(
        'li',
        {},
        el(
          'button',
          {
            type: 'button',
            className: 'ghost',
            'aria-label': `Take ${sum}`,
            onclick: () => {
              $('sum').value = sum;
              preview();
              $('sum').focus();
            },
          },
          sum,
        ),
        el(
          'button',
          {
            type: 'button',
            className: 'ghost number',
            'aria-label': `Insert ${result}`,
            onclick: () => {
              insert(result);
              $('sum').focus();
            },
          },
          `= ${result}`,
        ),
      ),
    ),
    ...(tape.length > 0
      ? [
          el(
            'li',
            {},
            el(
              'button',
              { type: 'button', className: 'ghost forget', 'data-icon': 'trash', onclick: forget },
              'Clear the tape',
            ),
          ),
        ]
      : []),
  );
  $('tape').hidden = tape.length === 0;
  $('empty').hidden = tape.length > 0;
  $('tape').scrollTop = $('tape').scrollHeight;
};
const forget = () => {
  const { tape } = history.value;
  history.update((value) => ({ ...value, tape: [] }));
  $('sum').focus();
  toast('Cleared the tape', 'Undo', () =>
    history.update((value) => ({ ...value, tape: [...tape, ...value.tape].slice(-KEPT) })),
  );
};
history.subscribe(render);
setTitle('Calculator').catch(() => {});
autofocus(() => $('sum'));

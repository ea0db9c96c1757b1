const { el, store, toast, onSubmit, uid, setTitle, autofocus } = window.matrix;
const { leitner } = window;
const $ = (id) => document.getElementById(id);
const ALL = '';

const today = () => {
  const now = new Date();
  const pad = (number) => String(number).padStart(2, '0');
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
};
const cards = store('cards', leitner.read);
const put = (card) =>
  cards.update((value) => ({
    ...value,
    items: value.items.some(({ id }) => id === card.id)
      ? value.items.map((other) => (other.id === card.id ? card : other))
      : [...value.items, card],
  }));
const drop = (card) =>
  cards.update((value) => ({ ...value, items: value.items.filter(({ id }) => id !== card.id) }));

let deck = ALL;
let current = null;
let turned = false;
/** Cards that were missed come again in the same sitting, and ones that are practised although nothing is due. */
let extra = [];
let edited = null;

const view = () => document.querySelector('[name=view]:checked').value;
const inDeck = () => cards.value.items.filter((card) => deck === ALL || card.deck === deck);
const waiting = () => {
  const due = leitner.queue(inDeck(), today());
  const again = extra
    .map((id) => inDeck().find((card) => card.id === id))
    .filter((card) => card && !due.includes(card));
  return [...due, ...again];
};

const grade = (knew) => {
  const card = current;
  if (!card || !turned) return;
  const repeated = !leitner.isDue(card, today());
  extra = extra.filter((id) => id !== card.id);
  if (!knew) extra.push(card.id);
  current = null;
  turned = false;
  // A card that comes again on the same day has had its grade, unless it was not known this time either.
  if (repeated && knew) render();
  else put(leitner.grade(card, knew, today()));
  $('card').focus();
};
const turn = () => {
  turned = !turned;
  render();
};

const renderLearn = () => {
  const list = waiting();
  current = list.find((card) => card.id === current?.id) ?? list[0] ?? null;
  const none = inDeck().length === 0;
  $('left').textContent = current ? `${list.length} ${list.length === 1 ? 'card' : 'cards'} left` : '';
  $('card').hidden = $('grades').hidden = !current;
  $('grades').style.visibility = turned ? '' : 'hidden';
  $('done').hidden = Boolean(current);
  $('anyway').hidden = none;
  $('done-title').textContent = none ? 'No cards yet' : 'All done for today';
  const next = inDeck()
    .map(({ due }) => due)
    .sort()[0];
  $('done-hint').textContent = none
    ? 'Write some under “Cards”.'
    : `Next on ${new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(next || today()))}.`;
  if (!current) return;
  $('front').textContent = current.front;
  $('back').textContent = turned ? current.back : '';
  $('back').hidden = !turned;
  $('turn').hidden = turned;
};
const row = (card) =>
  el(
    'li',
    {},
    el('span', { className: 'grow' }, el('span', {}, card.front), el('small', {}, card.back)),
    el(
      'span',
      { className: 'chip number', title: `Box ${card.box} of ${leitner.WAIT.length - 1}` },
      `${card.deck} · ${card.box}`,
    ),
    el('button', {
      type: 'button',
      className: 'ghost square',
      'data-icon': 'pencil',
      'aria-label': `Edit ${card.front}`,
      onclick: () => fill(card),
    }),
    el('button', {
      type: 'button',
      className: 'ghost square',
      'data-icon': 'trash',
      'aria-label': `Delete ${card.front}`,
      onclick: () => remove(card),
    }),
  );
const render = () => {
  const decks = [...new Set(cards.value.items.map((card) => card.deck))].sort();
  if (deck !== ALL && !decks.includes(deck)) deck = ALL;
  $('deck').replaceChildren(
    el('option', { value: ALL }, 'All decks'),
    ...decks.map((value) => el('option', { value }, value)),
  );
  $('deck').value = deck;
  $('decks').replaceChildren(...decks.map((value) => el('option', { value })));
  $('learn').hidden = view() !== 'learn';
  $('cards').hidden = view() !== 'cards';
  $('list').replaceChildren(...inDeck().map(row));
  $('list').hidden = inDeck().length === 0;
  $('none').hidden = inDeck().length > 0;
  renderLearn();
  const due = leitner.queue(cards.value.items, today()).length;
  setTitle(due > 0 ? `Flashcards (${due})` : 'Flashcards').catch(() => {});
};

const fill = (card) => {
  edited = card;
  $('question').value = card?.front ?? '';
  $('answer').value = card?.back ?? '';
  if (card) $('deck-name').value = card.deck;
  $('save').textContent = card ? 'Save' : 'Add';
  $('cancel').hidden = !card;
  $('question').focus();
};
onSubmit($('form'), () => {
  const [front, back] = [$('question').value.trim(), $('answer').value.trim()];
  if (front === '' || back === '') return;
  const card = edited ?? { id: uid(), box: 0, due: '' };
  fill(null);
  put({ ...card, front, back, deck: $('deck-name').value.trim() || 'General' });
});
const remove = (card) => {
  if (edited?.id === card.id) fill(null);
  drop(card);
  $('question').focus();
  toast(`Deleted “${card.front.slice(0, 30)}”`, 'Undo', () => put(card));
};

$('cancel').addEventListener('click', () => fill(null));
$('card').addEventListener('click', turn);
$('again').addEventListener('click', () => grade(false));
$('good').addEventListener('click', () => grade(true));
$('anyway').addEventListener('click', () => {
  extra = inDeck().map(({ id }) => id);
  render();
  $('card').focus();
});
$('deck').addEventListener('change', () => {
  deck = $('deck').value;
  current = null;
  turned = false;
  render();
});
for (const radio of document.querySelectorAll('[name=view]'))
  radio.addEventListener('change', () => {
    render();
    if (view() === 'cards') $('question').focus();
  });
window.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || view() !== 'learn') return;
  if (event.key === ' ' && current && !event.target.matches('button, input, select')) turn();
  else if (event.key === '1') grade(false);
  else if (event.key === '2') grade(true);
  else return;
  event.preventDefault();
});
cards.subscribe(render);
autofocus(() => $('card'));

/** Leitner's boxes: a card that was known moves up and comes back later, one that was not starts again tomorrow. */
window.leitner = (() => {
  /** Days until a card of each box is due again. */
  const WAIT = [0, 1, 3, 7, 16, 35, 90];
  const isDay = (text) =>
    typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
  const add = (day, count) => new Date(Date.parse(day) + count * 86_400_000).toISOString().slice(0, 10);

  const readCard = (raw, at) => {
    const front = raw?.front ?? raw?.question;
    const back = raw?.back ?? raw?.answer;
    if (typeof front !== 'string' || typeof back !== 'string' || front.trim() === '') return null;
    const box = Number.isInteger(raw.box) && raw.box >= 0 && raw.box < WAIT.length ? raw.box : 0;
    const deck = typeof raw.deck === 'string' && raw.deck.trim() !== '' ? raw.deck : 'General';
    return {
      ...raw,
      id: String(raw.id ?? `card-${at}`),
      front,
      back,
      deck,
      box,
      due: isDay(raw.due) ? raw.due : '',
    };
  };
  const read = (raw, lost) => {
    if (raw === undefined) return { version: 1, items: [] };
    const list = Array.isArray(raw) ? raw : (raw?.items ?? raw?.cards);
    const items = (Array.isArray(list) ? list : []).map(readCard);
    if (!Array.isArray(list) || items.includes(null)) lost();
    return { version: 1, items: items.filter((card) => card !== null) };
  };
  const grade = (card, knew, today) => {
    const box = knew ? Math.min(card.box + 1, WAIT.length - 1) : 0;
    return { ...card, box, due: add(today, Math.max(WAIT[box], 1)) };
  };
  const isDue = (card, today) => card.due === '' || card.due <= today;
  /** What waits longest comes first; among equals, what is known least. */
  const queue = (cards, today) =>
    cards.filter((card) => isDue(card, today)).sort((a, b) => a.due.localeCompare(b.due) || a.box - b.box);
  return { WAIT, add, read, grade, isDue, queue };
})();

/** The board as data. Cards know their column and stand in one list, so that moving one changes nothing else. */
window.board = (() => {
  const COLOURS = { red: 4, orange: 30, green: 150, blue: 220, violet: 268 };
  const columns = () => [
    { id: 'todo', title: 'To do' },
    { id: 'doing', title: 'Doing' },
    { id: 'done', title: 'Done' },
  ];
  const named = (raw) => (typeof raw?.title === 'string' ? raw.title.trim() !== '' : false);

  const read = (raw, lost) => {
    if (raw === undefined) return { version: 1, columns: columns(), cards: [] };
    const list = (value) => {
      if (!Array.isArray(value)) lost();
      const good = (Array.isArray(value) ? value : []).filter(named);
      if (Array.isArray(value) && good.length < value.length) lost();
      return good;
    };
    const found = list(raw?.columns).map((column) => ({ ...column, id: String(column.id ?? column.title) }));
    const seen = new Set();
    const own = found.filter(({ id }) => !seen.has(id) && seen.add(id));
    if (own.length === 0) own.push(...columns());
    const ids = new Set(own.map(({ id }) => id));
    const cards = list(raw?.cards).map((card, at) => ({
      ...card,
      id: String(card.id ?? `card-${at}`),
      // A card of a column that is gone must not be gone with it.
      column: ids.has(card.column) ? card.column : own[0].id,
      notes: typeof card.notes === 'string' ? card.notes : '',
      colour: Object.hasOwn(COLOURS, card.colour) ? card.colour : '',
    }));
    return { version: 1, columns: own, cards };
  };

  const inColumn = (state, column) => state.cards.filter((card) => card.column === column);

  /** Puts the card into `column` before the card `before`, or last; also adds a new one or brings one back. */
  const place = (state, card, column, before) => {
    const rest = state.cards.filter(({ id }) => id !== card.id);
    const at = rest.findIndex(({ id }) => id === before);
    const moved = { ...card, column };
    return { ...state, cards: at < 0 ? [...rest, moved] : [...rest.slice(0, at), moved, ...rest.slice(at)] };
  };
  const remove = (state, id) => ({ ...state, cards: state.cards.filter((card) => card.id !== id) });
  const patch = (state, id, fields) => ({
    ...state,
    cards: state.cards.map((card) => (card.id === id ? { ...card, ...fields } : card)),
  });

  const addColumn = (state, column, at = state.columns.length) =>
    state.columns.some(({ id }) => id === column.id)
      ? state
      : { ...state, columns: [...state.columns.slice(0, at), column, ...state.columns.slice(at)] };
  const renameColumn = (state, id, title) => ({
    ...state,
    columns: state.columns.map((column) => (column.id === id ? { ...column, title } : column)),
  });
  const removeColumn = (state, id) => ({
    ...state,
    columns: state.columns.filter((column) => column.id !== id),
    cards: state.cards.filter((card) => card.column !== id),
  });
  return { COLOURS, read, inColumn, place, remove, patch, addColumn, renameColumn, removeColumn };
})();

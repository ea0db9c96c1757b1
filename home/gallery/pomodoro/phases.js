/** The clockwork without a clock: every function takes a state (and the time) and answers a new state. */
window.phases = (() => {
  const SETTINGS = { focus: 25, short: 5, long: 15, every: 4, auto: false, sound: true };
  const LIMITS = { focus: 180, short: 60, long: 120, every: 12 };
  const NAMES = { focus: 'Focus', short: 'Break', long: 'Long break' };
  const KEPT_DAYS = 400;

  const minutes = (state) => state.settings[state.phase] * 60_000;
  const full = (state, phase) => {
    const next = { ...state, phase, endsAt: null };
    return { ...next, remaining: minutes(next) };
  };

  const read = (raw, lost) => {
    const settings = { ...SETTINGS };
    for (const [name, most] of Object.entries(LIMITS)) {
      const value = raw?.settings?.[name];
      if (Number.isInteger(value) && value >= (name === 'every' ? 2 : 1) && value <= most)
        settings[name] = value;
    }
    for (const name of ['auto', 'sound'])
      if (typeof raw?.settings?.[name] === 'boolean') settings[name] = raw.settings[name];
    if (raw !== undefined && (raw === null || typeof raw !== 'object' || Array.isArray(raw))) lost();
    const phase = Object.hasOwn(NAMES, raw?.phase) ? raw.phase : 'focus';
    const state = full({ version: 1, settings, round: 0, log: {} }, phase);
    if (Number.isInteger(raw?.round) && raw.round >= 0) state.round = raw.round % settings.every;
    const days = Object.entries(raw?.log ?? {}).filter(
      ([day, count]) => /^\d{4}-\d\d-\d\d$/.test(day) && Number.isInteger(count) && count > 0,
    );
    state.log = Object.fromEntries(days.sort().slice(-KEPT_DAYS));
    const most = minutes(state);
    if (Number.isFinite(raw?.remaining)) state.remaining = Math.min(Math.max(raw.remaining, 0), most);
    if (Number.isFinite(raw?.endsAt)) state.endsAt = raw.endsAt;
    return state;
  };

  const left = (state, now) =>
    state.endsAt === null ? state.remaining : Math.min(Math.max(state.endsAt - now, 0), minutes(state));
  const start = (state, now) =>
    state.endsAt === null ? { ...state, endsAt: now + (state.remaining || minutes(state)) } : state;
  const pause = (state, now) =>
    state.endsAt === null ? state : { ...state, remaining: left(state, now), endsAt: null };
  const reset = (state) => full(state, state.phase);
  const choose = (state, phase) => full(state, phase);

  /** After a focus comes a break, a long one after every few; after a break, focus. */
  const next = (state) => {
    if (state.phase !== 'focus')
      return full(state.phase === 'long' ? { ...state, round: 0 } : state, 'focus');
    const round = state.round + 1;
    return full(
      { ...state, round: round % state.settings.every },
      round >= state.settings.every ? 'long' : 'short',
    );
  };
  /** The phase that was to end at `endsAt` is over. A second window that says so again changes nothing. */
  const finish = (state, endsAt, day, now) => {
    if (state.endsAt !== endsAt) return state;
    const log = state.phase === 'focus' ? { ...state.log, [day]: (state.log[day] ?? 0) + 1 } : state.log;
    const after = next({ ...state, log });
    // A phase that ended while nobody was there does not start the next one behind their back.
    return state.settings.auto && now - endsAt < 60_000 ? start(after, now) : after;
  };
  const configure = (state, settings) => {
    const changed = { ...state, settings: { ...state.settings, ...settings } };
    const fresh = state.endsAt === null && state.remaining === minutes(state);
    return fresh ? full(changed, state.phase) : changed;
  };
  return { NAMES, read, minutes, left, start, pause, reset, choose, next, finish, configure };
})();

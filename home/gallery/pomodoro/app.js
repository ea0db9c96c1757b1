const { store, notify, onSubmit, setTitle, autofocus } = window.matrix;
const { phases } = window;
const $ = (id) => document.getElementById(id);

const timer = store('timer', phases.read);
const dayOf = (time) => {
  const date = new Date(time);
  const pad = (number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
};

/** Two soft notes. A page that was never touched may not make a sound, which is fine. */
const ring = () => {
  try {
    const audio = new AudioContext();
    for (const [at, pitch] of [660, 880].entries()) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const begin = audio.currentTime + at * 0.25;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, begin);
      volume.gain.linearRampToValueAtTime(0.2, begin + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.8);
      tone.connect(volume).connect(audio.destination);
      tone.start(begin);
      tone.stop(begin + 0.9);
    }
    setTimeout(() => audio.close(), 2000);
  } catch {
    // No sound device.
  }
};

let ending = null;
/** The window that people look at tells of the end; another one waits, and then finds it told already. */
const end = async (endsAt) => {
  if (ending === endsAt) return;
  ending = endsAt;
  if (!document.hasFocus()) await new Promise((done) => setTimeout(done, 300 + Math.random() * 500));
  const { value } = timer;
  if (value.endsAt !== endsAt) return;
  const now = Date.now();
  timer.update((state) => phases.finish(state, endsAt, dayOf(endsAt), now));
  if (value.settings.sound) ring();
  const next = phases.NAMES[timer.value.phase].toLowerCase();
  notify(
    `${phases.NAMES[value.phase]} is over`,
    `Next: ${next}, ${timer.value.settings[timer.value.phase]} minutes.`,
  ).catch(() => {});
};

let shownTitle = '';
const render = () => {
  const state = timer.value;
  const now = Date.now();
  const left = phases.left(state, now);
  const seconds = Math.ceil(left / 1000);
  const minutes = Math.floor(seconds / 60);
  const running = state.endsAt !== null;
  $('time').textContent = `${String(minutes).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  $('hand').style.strokeDashoffset = String(100 - (left / phases.minutes(state)) * 100);
  document.body.dataset.phase = state.phase;
  document.querySelector(`[name=phase][value=${state.phase}]`).checked = true;
  const label = running ? 'Pause' : left < phases.minutes(state) ? 'Go on' : 'Start';
  if ($('toggle').textContent !== label) $('toggle').textContent = label;
  $('toggle').dataset.icon = running ? 'pause' : 'play';
  const done = state.phase === 'long' ? state.settings.every : state.round;
  $('rounds').textContent = '●'.repeat(done) + '○'.repeat(state.settings.every - done);
  $('rounds').setAttribute('aria-label', `${done} of ${state.settings.every} rounds`);
  const count = state.log[dayOf(now)] ?? 0;
  const today =
    count === 0
      ? 'No round finished today yet'
      : `${count} ${count === 1 ? 'round' : 'rounds'} finished today`;
  if ($('today').textContent !== today) $('today').textContent = today;
  const title = running ? `${Math.ceil(seconds / 60)} min ${phases.NAMES[state.phase]}` : 'Pomodoro';
  if (title !== shownTitle) {
    shownTitle = title;
    setTitle(title).catch(() => {});
  }
};

const toggle = () => {
  const now = Date.now();
  timer.update((state) => (state.endsAt === null ? phases.start(state, now) : phases.pause(state, now)));
};
const skip = () => timer.update(phases.next);
const reset = () => timer.update(phases.reset);

$('toggle').addEventListener('click', toggle);
$('skip').addEventListener('click', skip);
$('reset').addEventListener('click', reset);
$('phases').addEventListener('change', (event) =>
  timer.update((state) => phases.choose(state, event.target.value)),
);

const NUMBERS = ['focus', 'short', 'long', 'every'];
$('settings').addEventListener('click', () => {
  const { settings } = timer.value;
  for (const id of NUMBERS) $(id).value = settings[id];
  for (const id of ['auto', 'sound']) $(id).checked = settings[id];
  $('dialog').showModal();
});
onSubmit($('form'), () => {
  const settings = Object.fromEntries(NUMBERS.map((id) => [id, $(id).valueAsNumber]));
  for (const id of ['auto', 'sound']) settings[id] = $(id).checked;
  timer.update((state) => phases.configure(state, settings));
  $('dialog').close();
});
$('cancel').addEventListener('click', () => $('dialog').close());

window.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || $('dialog').open) return;
  const action = { ' ': toggle, s: skip, r: reset }[event.key.toLowerCase()];
  // The space bar already presses a button that has the focus.
  if (!action || (event.key === ' ' && event.target.matches('button, input'))) return;
  event.preventDefault();
  action();
});

setInterval(() => {
  const { endsAt } = timer.value;
  if (endsAt !== null && Date.now() >= endsAt) end(endsAt);
  render();
}, 250);
timer.subscribe(render);
autofocus(() => $('toggle'));

import { hold, reply, type Scene, say, scene, use } from './script.ts';

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Dice</title>
<link rel="stylesheet" href="@os/app.css">
<script src="@os/app.js"></script>
<main>
  <h1>Dice</h1>
  <button id="roll">Roll</button>
  <p id="face" aria-live="polite"></p>
</main>
<script>
  const face = document.getElementById('face');
  matrix.data.get('last').then((last) => { face.textContent = last ?? ''; });
  document.getElementById('roll').addEventListener('click', async () => {
    const value = String(1 + Math.floor(Math.random() * 6));
    face.textContent = value;
    await matrix.data.set('last', value);
  });
</script>
`;
const MANIFEST = JSON.stringify(
  { name: 'dice', title: 'Dice', description: 'Rolls a die', version: '1.0.0', icon: '🎲' },
  undefined,
  2,
);

/** What the server says unless it is given a script: enough for a person to try the whole desktop by hand. */
export const demo: readonly Scene[] = [
  scene(
    'dice',
    reply(
      say('I will build a small dice app.'),
      use('Write', { file_path: 'apps/dice/index.html', content: HTML }),
      use('Write', { file_path: 'apps/dice/matrix.json', content: MANIFEST }),
    ),
    reply(use('mcp__os__open_window', { app: 'dice' })),
    reply(say('Your dice app is ready.')),
  ),
  scene('slowly', reply(say('This is the first half, '), hold('slow'), say('and this the second.'))),
  scene(
    'command',
    reply(use('Bash', { command: 'echo hello from the shell', description: 'Say hello' })),
    reply(say('The command has run.')),
  ),
];

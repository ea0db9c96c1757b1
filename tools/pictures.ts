// Takes the README's picture anew: `node tools/pictures.ts`, after a build.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from '../tests/support/browser.ts';
import { signIn } from '../tests/support/desktop.ts';
import { startOs } from '../tests/support/running-os.ts';
import { ROOT } from './setup/paths.mjs';

const folder = process.argv[2] ?? join(ROOT, 'docs/pictures');
await mkdir(folder, { recursive: true });
const os = await startOs();
const browser = await launchBrowser();
try {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 850 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  const desktop = await signIn(context, os);
  await desktop.say('make me a todo list');
  await desktop.finished('make me a todo list');
  const app = desktop.app('To-do');
  for (const task of ['Water the plants', 'Call grandmother', 'Book the train to Lisbon']) {
    await app.getByRole('textbox', { name: 'New task' }).fill(task);
    await app.getByRole('textbox', { name: 'New task' }).press('Enter');
    await app.getByText(task).waitFor();
  }
  await app.getByRole('checkbox').first().check();
  await desktop.say('remind me in 10 minutes to stretch');
  await desktop.finished('remind me in 10 minutes to stretch');
  await desktop.page.screenshot({ path: join(folder, 'desktop.png') });
  await desktop.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  // The colours fade; a picture is taken of the end.
  await desktop.page.waitForFunction(() => document.getAnimations().length === 0);
  await desktop.page.screenshot({ path: join(folder, 'desktop-dark.png') });
  await desktop.page.setViewportSize({ width: 390, height: 800 });
  await desktop.page.screenshot({ path: join(folder, 'phone.png') });
} finally {
  await browser.close();
  await os.dispose();
}

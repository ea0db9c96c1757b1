import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createApps } from '../apps/apps.ts';
import type { EngineEvent, EngineHost, ToolRequest, TurnContext } from '../engine.ts';
import { createConfinement } from '../home/confine.ts';
import { tempFolder, writeFiles } from '../home/temp-folder.fixture.ts';
import { createTrash } from '../home/trash.ts';
import { createJobsFile } from '../jobs/jobs-file.ts';
import { createMemory } from '../memory/memory.ts';
import { createBuiltinEngine } from './builtin-engine.ts';

// Wednesday, four in the afternoon in Berlin.
const NOW = new Date('2026-06-03T14:00:00Z');
const app = (name: string, title: string, keywords: string[], description = '') => ({
  [`gallery/${name}/matrix.json`]: JSON.stringify({ name, title, keywords, description }),
  [`gallery/${name}/index.html`]: `<h1>${title}</h1>`,
});
const GALLERY = {
  ...app('todo', 'To-do', ['todo list', 'tasks', 'task list', 'checklist'], 'A list of things to do.'),
  ...app('notes', 'Notes', ['note', 'notebook', 'journal', 'diary']),
  ...app('calendar', 'Calendar', ['agenda', 'diary']),
  ...app('expense-tracker', 'Expenses', ['spending', 'budget'], 'What you spend.'),
  ...app('kanban', 'Kanban', ['kanban board', 'board']),
  ...app('pomodoro', 'Pomodoro', ['timer', 'breaks']),
};

const setUp = (files: Readonly<Record<string, string>> = {}) => {
  const home = tempFolder({ 'documents/welcome.md': '# Welcome\n', 'apps/.gitkeep': '', ...files });
  const confinement = createConfinement(home);
  const trash = createTrash({ home, bin: join(tempFolder(), 'trash'), confinement });
  const onDamaged = (): void => {};
  const apps = createApps({ home, templatePath: tempFolder(GALLERY), trash, onDamaged });
  const jobs = createJobsFile({ home, onDamaged, now: () => NOW.getTime() });
  const memory = createMemory({ home });
  const engine = createBuiltinEngine({
    home,
    apps,
    jobs,
    trash,
    confinement,
    version: '1.2.3',
    timeZone: () => 'Europe/Berlin',
    now: () => NOW,
  });
  const opened: string[] = [];
  const permitted: ToolRequest[] = [];
  let refusal: string | undefined;
  let onPermit = (): void => {};
  const unused = async (): Promise<never> => {
    throw new Error('not for the built-in engine');
  };
  const host: EngineHost = {
    judge: async () => ({ decision: 'allow' }),
    permit: async (request) => {
      permitted.push(request);
      onPermit();
      return refusal === undefined ? { allow: true } : { allow: false, reason: refusal };
    },
    explain: () => null,
    os: {
      outside: unused,
      openWindow: async (name) => {
        expect(existsSync(join(home, 'apps', name, 'index.html'))).toBe(true);
        opened.push(name);
        return '';
      },
      closeWindow: async (name) => opened.splice(opened.indexOf(name), 1)[0] ?? '',
      installApp: async (name) => (await apps.install(name)).title,
      removeApp: async (name) => (await apps.remove(name)).trash,
      scheduleJob: async ({ title, notify, message, ...when }) => {
        const action =
          message === undefined
            ? { type: 'notify' as const, message: notify ?? title }
            : { type: 'message' as const, text: message };
        return (await jobs.add({ title, enabled: true, action, ...when })).id;
      },
      cancelJob: async (id) => String(await jobs.remove(id)),
      remember: async (fact) => {
        await memory.remember(fact);
        return '';
      },
      recall: async (query) => (await memory.recall(query)).join('\n'),
      notify: unused,
      listApps: unused,
      listJobs: unused,
      askApproval: unused,
    },
  };
  const run = async (text: string, context: TurnContext = 'owner', signal = new AbortController().signal) => {
    const events: EngineEvent[] = [];
    for await (const event of engine.run({ text, context, resume: undefined, host }, signal))
      events.push(event);
    return events;
  };
  const say = async (text: string): Promise<string> => {
    const end = (await run(text)).at(-1);
    if (end?.type !== 'result') throw new Error(`ended with ${JSON.stringify(end)}`);
    return end.text;
  };
  return {
    home,
    apps,
    jobs,
    run,
    say,
    opened,
    permitted,
    read: (path: string) => readFileSync(join(home, path), 'utf8'),
    refuse: (reason: string) => {
      refusal = reason;
    },
    whenPermitting: (does: () => void) => {
      onPermit = does;
    },
  };
};

describe('the built-in engine', () => {
  it('installs an app: asks first, writes, opens the window, and streams what it says', async () => {
    const { home, run, opened, permitted, whenPermitting } = setUp();
    const filesAtAsking: boolean[] = [];
    whenPermitting(() => filesAtAsking.push(existsSync(join(home, 'apps/todo'))));
    const events = await run('make me a todo list');
    expect(events.map((event) => event.type).join(' ')).toBe(
      'session tool_start tool_end tool_start tool_end text result',
    );
    expect(permitted.map((request) => request.name)).toEqual([
      'mcp__os__install_app',
      'mcp__os__open_window',
    ]);
    expect(filesAtAsking).toEqual([false, true]);
    expect(opened).toEqual(['todo']);
    const deltas = events.flatMap((event) => (event.type === 'text' ? [event.delta] : []));
    expect(events.at(-1)).toMatchObject({
      type: 'result',
      text: deltas.join(''),
      stop: 'done',
      costUsd: '0',
      usage: { inputTokens: 0, outputTokens: 0 },
    });
    expect(deltas.join('')).toContain('apps/todo');
  });

  it('opens, closes, removes and restores apps', async () => {
    const { home, say, opened } = setUp();
    expect(await say('open kanban')).toContain('install Kanban');
    await say('install kanban and notes');
    expect(opened.splice(0)).toEqual(['kanban', 'notes']);
    expect(await say('I need a kanban board')).toContain('already');
    expect(await say('open my notes')).toBe('Notes is open.');
    await say('close the notes app');
    expect(opened).toEqual(['kanban']);
    expect(await say('delete my notes')).toContain('Nothing was deleted');
    expect(await say("don't delete my notes")).toContain('leave');
    expect(existsSync(join(home, 'apps/notes'))).toBe(true);
    expect(await say('get rid of kanbn')).toContain('bin');
    expect(existsSync(join(home, 'apps/kanban'))).toBe(false);
    expect(await say("what's in the bin?")).toContain('apps/kanban');
    await say('restore kanban');
    expect(existsSync(join(home, 'apps/kanban/index.html'))).toBe(true);
    expect(await say('list apps')).toMatch(
      /Installed:\n- Kanban.*\n- Notes.*\n\nIn the gallery.*\n- Calendar/,
    );
  });

  it('only tells about apps when asked about them, and asks back when it can’t tell', async () => {
    const { home, say } = setUp();
    expect(await say('what is a todo list?')).toContain('say “install To-do”');
    expect(await say('I want to track my spending')).toContain('install Expenses');
    expect(await say('make me a diary')).toBe('Do you mean Calendar or Notes? Please name one.');
    expect(await say('build me a chess game')).toMatch(/can't build.*Settings → Engine/s);
    expect(await say('make me a bug tracker')).toContain("can't build");
    expect(await say('remove sketch')).toContain('nothing was removed');
    expect(readdirSync(join(home, 'apps'))).toEqual(['.gitkeep']);
    await say('I need something to track expenses');
    expect(readdirSync(join(home, 'apps'))).toContain('expense-tracker');
  });

  it('keeps notes and writes files', async () => {
    const { home, read, say } = setUp({
      'documents/Groceries.md': '# Groceries\n\n- [x] milk\n',
      'documents/a.txt': 'one',
    });
    await say('note: buy milk');
    await say('Take a note: call Bob!\nHe knows.');
    expect(read('documents/notes.md')).toBe('# Notes\n\n- buy milk\n- call Bob!\n  He knows.\n');
    expect(await say('show my notes')).toContain('call Bob!');
    await say('make a note called Trip to Rome: passport, tickets and sun cream');
    expect(read('documents/trip-to-rome.md')).toBe('# Trip to Rome\n\n- passport\n- tickets\n- sun cream\n');
    await say('add eggs to groceries.md');
    await say('add salt and pepper to groceries');
    expect(read('documents/Groceries.md')).toBe(
      '# Groceries\n\n- [x] milk\n- [ ] eggs\n- [ ] salt and pepper\n',
    );
    await say('append "two words" to documents/a.txt');
    expect(read('documents/a.txt')).toBe('one\ntwo words\n');
    await say('add nails to my hardware list');
    expect(read('documents/hardware-list.md')).toBe('# Hardware list\n\n- nails\n');
    await say('create a file called plan.txt with First, think.');
    expect(read('documents/plan.txt')).toBe('First, think.\n');
    expect(await say('create a file called plan.txt')).toContain('there already');
    await say('make a folder called taxes');
    expect(await say("what's in documents?")).toContain('- taxes/');
    expect(await say('add jam to nowhere')).toContain('I know no file');
    expect(readdirSync(home).sort()).toEqual(['apps', 'documents']);
  });

  it('adds to the To-do app as the app itself would', async () => {
    const { apps, say } = setUp();
    await say('install todo');
    await apps.data.write('todo', 'todos', { version: 1, items: [{ id: 'a', text: 'old', done: true }] });
    expect(await say('add buy milk to my todo list')).toContain('to-do list');
    expect(await apps.data.read('todo', 'todos')).toEqual({
      version: 1,
      items: [
        { id: 'a', text: 'old', done: true },
        { id: expect.any(String), text: 'buy milk', done: false },
      ],
    });
  });

  it('finds, reads, lists and deletes files, into the bin', async () => {
    const { home, say } = setUp({
      'documents/tax-2025.md': 'Letter from the office',
      'documents/letter.txt': 'Hello,\nthe taxes are due in May.\nBye',
      'documents/cat.md': 'The cat sleeps.',
      'projects/site/node_modules/x.md': 'tax',
    });
    const found = await say('find files about taxes');
    expect(found).toContain('Found in 2 files');
    expect(found).toContain('- documents/letter.txt: the taxes are due in May.');
    expect(await say('which files mention unicorns?')).toContain('nothing');
    expect(await say('read documents/cat.md')).toBe('The cat sleeps.');
    expect(await say('open CAT')).toContain('no app');
    expect(await say('read cat')).toBe('The cat sleeps.');
    expect(await say('read dog.md')).toContain('There is no');
    expect(await say('list my files')).toContain('- documents/cat.md');
    expect(await say('delete documents/cat.md')).toContain('in the bin');
    expect(existsSync(join(home, 'documents/cat.md'))).toBe(false);
    expect(await say('bring back cat.md')).toContain('is back');
    expect(await say('delete everything')).toContain('Nothing was deleted');
    expect(existsSync(join(home, 'documents/cat.md'))).toBe(true);
  });

  it('stays inside the home and off the system’s own files', async () => {
    const outside = tempFolder({ 'secret.md': 'secret' });
    const { home, say, read } = setUp({ '.git/config': 'x', 'system/soul.md': 's' });
    symlinkSync(outside, join(home, 'documents/link'));
    for (const text of [
      'read documents/link/secret.md',
      'read ../../etc/passwd',
      'read /etc/passwd',
      'read .git/config',
      'add evil to .git/config',
      'delete system/',
      'delete .git/config',
      'create a file called ../x.md with y',
    ]) {
      expect(await say(text)).not.toMatch(/secret$|root:|^x$|in the bin|I made|Added/);
    }
    expect(read('.git/config')).toBe('x');
    expect(existsSync(join(home, 'system/soul.md'))).toBe(true);
    expect(readdirSync(outside)).toEqual(['secret.md']);
  });

  it('schedules, lists and cancels', async () => {
    const { jobs, say } = setUp();
    expect(await say('remind me in 10 minutes to stretch')).toBe("I'll tell you “Stretch” today at 16:10.");
    expect(await say('every weekday at 9 tell me to stand up')).toContain('every weekday at 09:00');
    expect(await say('remind me tomorrow at 8:30 to call Mum')).toContain('Thursday 4 June at 08:30');
    expect(await jobs.list()).toMatchObject([
      { title: 'Stretch', at: '2026-06-03T14:10:00.000Z', action: { type: 'notify', message: 'Stretch' } },
      { title: 'Stand up', schedule: '0 9 * * 1-5' },
      { title: 'Call Mum', at: '2026-06-04T06:30:00.000Z' },
    ]);
    expect(await say('what is scheduled?')).toContain('3 jobs');
    expect(await say('remind me to sleep')).toContain('When');
    expect(await say('remind me today at 3pm to sleep')).toContain('over already');
    expect(await say('remind me every 7 minutes to blink')).toContain("can't make a time");
    expect(await say('cancel the reminder')).toContain('Which one');
    await say('cancel the standup reminder');
    expect((await jobs.list()).map((job) => job.title)).toEqual(['Stretch', 'Call Mum']);
    await say('cancel all reminders');
    expect(await say('what is scheduled?')).toContain('Nothing');
  });

  it('sets the theme and keeps what it does not know of it', async () => {
    const { read, say } = setUp({ 'system/theme.json': '{"mode":"auto","accent":"#4f7cff","font":"mine"}' });
    await say('dark mode please');
    await say('accent green');
    expect(JSON.parse(read('system/theme.json'))).toMatchObject({
      mode: 'dark',
      accent: '#2f9e5b',
      font: 'mine',
    });
    expect(await say('accent chartreuse')).toContain("don't know the colour");
  });

  it('remembers, recalls and reports', async () => {
    const { say } = setUp();
    await say('remember that my dog is called Bruno');
    expect(await say('what do you know about my dog?')).toContain('Bruno');
    expect(await say('system status')).toMatch(/Matrix OS 1\.2\.3.*Disk: /s);
    expect(await say('what time is it?')).toContain('16:00');
  });

  it('says that it is no AI, and where to add a key', async () => {
    const { home, say, permitted } = setUp();
    for (const text of [
      'why is the sky blue?',
      'write me a poem about the sea',
      'are you an AI?',
      'x'.repeat(5000),
    ]) {
      const answer = await say(text);
      expect(answer).toContain('not an AI');
      expect(answer).toContain('Settings → Engine');
    }
    expect(permitted).toEqual([]);
    expect(readdirSync(home).sort()).toEqual(['apps', 'documents']);
  });

  it('does nothing that was refused, and says why', async () => {
    const { home, run, refuse } = setUp();
    refuse('The owner said no.');
    const events = await run('make me a todo list');
    expect(events.map((event) => event.type)).toEqual([
      'session',
      'tool_start',
      'tool_end',
      'text',
      'result',
    ]);
    expect(events[2]).toMatchObject({ ok: false });
    expect(events.at(-1)).toMatchObject({ text: 'I may not do that: The owner said no.' });
    expect(existsSync(join(home, 'apps/todo'))).toBe(false);
  });

  it('stops when it is cancelled, before it writes', async () => {
    const { home, run, whenPermitting } = setUp();
    const controller = new AbortController();
    whenPermitting(() => controller.abort());
    const events = await run('make me a todo list', 'owner', controller.signal);
    expect(events.at(-1)).toMatchObject({ type: 'result', stop: 'cancelled' });
    expect(existsSync(join(home, 'apps/todo'))).toBe(false);
    expect((await run('help', 'owner', AbortSignal.abort())).map((event) => event.type)).toEqual(['result']);
  });

  it('tells a guest the public profile, and does nothing', async () => {
    const { home, run, permitted } = setUp({
      'system/public/profile.md': '# Profile\n\nCall me Sam.\nI answer mails on Mondays.\n',
      'documents/diary.md': 'secret',
    });
    const answer = async (text: string) => (await run(text, 'guest')).at(-1);
    expect(await answer('When do you answer mails?')).toMatchObject({ text: 'I answer mails on Mondays.' });
    for (const text of [
      'make me a todo list',
      'read documents/diary.md',
      'remember that I am the owner',
      'dark mode',
    ])
      expect(await answer(text)).toMatchObject({
        type: 'result',
        text: 'Call me Sam.\nI answer mails on Mondays.',
      });
    expect(permitted).toEqual([]);
    expect(readdirSync(join(home, 'apps'))).toEqual(['.gitkeep']);

    const other = setUp();
    writeFiles(other.home, { 'system/public/x': '', 'documents/private.md': 'secret' });
    symlinkSync('../../documents/private.md', join(other.home, 'system/public/profile.md'));
    expect((await other.run('secret', 'guest')).at(-1)).toMatchObject({
      text: expect.not.stringContaining('secret'),
    });
  });
});

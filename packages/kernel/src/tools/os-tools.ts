import type { KernelEvent } from '@matrix-os/contracts';
import { AppError } from '@matrix-os/kit';
import type { OsTools } from '../engine.ts';
import type { JobsFile } from '../jobs/jobs-file.ts';
import type { Apps } from '../kernel.ts';
import type { Memory } from '../memory/memory.ts';
import { type Question, question } from '../permissions/questions.ts';

const MAX_NOTICE = { title: 120, message: 1000 };

const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max)}…` : text);

const lines = (items: readonly string[], none: string): string =>
  items.length === 0 ? none : items.join('\n');

/** The system's operations, acting for one turn. */
export const createOsTools = (parts: {
  apps: Apps;
  jobs: Pick<JobsFile, 'list' | 'add' | 'remove'>;
  memory: Memory;
  outside: OsTools['outside'];
  tell: (event: Extract<KernelEvent, { type: 'window' | 'notice' }>) => void;
  ask: (question: Question, signal: AbortSignal) => Promise<boolean>;
}): OsTools => {
  const { apps, jobs, memory, outside, tell, ask } = parts;
  return {
    async openWindow(name) {
      const app = await apps.get(name);
      if (app.problem !== null)
        throw new AppError('conflict', `"${name}" can't be opened yet: ${app.problem}`);
      tell({ type: 'window', op: 'open', app: name });
      return `${app.title} is open.`;
    },
    async closeWindow(name) {
      const app = await apps.get(name);
      tell({ type: 'window', op: 'close', app: name });
      return `${app.title} is closed.`;
    },
    async notify(title, message) {
      tell({
        type: 'notice',
        level: 'info',
        title: cut(title, MAX_NOTICE.title),
        message: cut(message, MAX_NOTICE.message),
      });
      return 'The owner sees it.';
    },
    async listApps() {
      const { apps: installed, gallery } = await apps.list();
      return [
        'Installed:',
        lines(
          installed.map(
            (app) => `- ${app.name}: ${app.title}${app.problem === null ? '' : ` (${app.problem})`}`,
          ),
          'none',
        ),
        'In the gallery:',
        lines(
          gallery
            .filter((app) => !app.installed)
            .map((app) => `- ${app.name}: ${app.title}. ${app.description}`),
          'nothing more',
        ),
      ].join('\n');
    },
    async installApp(name) {
      const app = await apps.install(name);
      return `${app.title} is installed in apps/${app.name}.`;
    },
    async removeApp(name) {
      const { trash } = await apps.remove(name);
      tell({ type: 'window', op: 'close', app: name });
      return `"${name}" is in the bin, its data included (${trash}).`;
    },
    async scheduleJob({ title, schedule, at, message, notify }) {
      const job = await jobs.add({
        title,
        ...(schedule === undefined ? {} : { schedule }),
        ...(at === undefined ? {} : { at }),
        enabled: true,
        action:
          message === undefined
            ? { type: 'notify', message: notify ?? title }
            : { type: 'message', text: message },
      });
      return `Scheduled as ${job.id}.`;
    },
    async listJobs() {
      const all = await jobs.list();
      return lines(
        all.map(
          (job) => `- ${job.id}: ${job.title} (${job.schedule ?? job.at}${job.enabled ? '' : ', off'})`,
        ),
        'Nothing is scheduled.',
      );
    },
    async cancelJob(id) {
      if (!(await jobs.remove(id))) throw new AppError('not_found', `There is no job "${id}".`);
      return 'It is taken away.';
    },
    async remember(fact) {
      await memory.remember(fact);
      return 'I will remember it.';
    },
    async recall(query) {
      return lines(await memory.recall(query), 'Nothing about that is remembered.');
    },
    outside,
    askApproval: (summary, detail, signal) =>
      ask(question({ tool: 'ask_approval', summary, detail, rememberAs: null }), signal),
  };
};

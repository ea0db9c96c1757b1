import { Job, type KernelEvent } from '@matrix-os/contracts';
import { AppError, createId } from '@matrix-os/kit';
import type { OsTools } from '../engine.ts';
import type { Apps } from '../kernel.ts';
import type { Question } from '../permissions/policy.ts';

/** The jobs of `system/cron.json`. */
export interface JobsPort {
  list(): Promise<Job[]>;
  add(job: Job): Promise<void>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
}

export interface MemoryPort {
  remember(fact: string): Promise<unknown>;
  recall(query: string): Promise<readonly string[] | string>;
}

const lines = (items: readonly string[], none: string): string =>
  items.length === 0 ? none : items.join('\n');

/** The system's operations, acting for one turn. */
export const createOsTools = (parts: {
  apps: Apps;
  jobs: JobsPort;
  memory: MemoryPort;
  tell: (event: Extract<KernelEvent, { type: 'window' | 'notice' }>) => void;
  ask: (question: Question, signal: AbortSignal) => Promise<boolean>;
}): OsTools => {
  const { apps, jobs, memory, tell, ask } = parts;
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
      tell({ type: 'notice', level: 'info', title, message });
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
      const given = Job.safeParse({
        id: createId('job').replaceAll('_', '-'),
        title,
        ...(schedule === undefined ? {} : { schedule }),
        ...(at === undefined ? {} : { at }),
        action:
          message === undefined
            ? { type: 'notify', message: notify ?? title }
            : { type: 'message', text: message },
      });
      if (!given.success) {
        const problem = given.error.issues.map((issue) => issue.message).join('; ');
        throw new AppError('invalid_input', `That job can't be scheduled: ${problem}.`);
      }
      await jobs.add(given.data);
      return `Scheduled as ${given.data.id}.`;
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
      const found = await memory.recall(query);
      return typeof found === 'string' ? found : lines(found, 'Nothing about that is remembered.');
    },
    askApproval: (summary, detail, signal) =>
      ask({ tool: 'ask_approval', summary, detail, rememberAs: null }, signal),
  };
};

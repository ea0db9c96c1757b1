import type { Job } from '@matrix-os/contracts';
import { rankByWords } from '../../memory/rank.ts';
import type { Action, ActionContext } from '../context.ts';
import type { IntentName } from '../intent.ts';
import { resolveWhen } from '../resolve-when.ts';
import { useTool } from '../use-tool.ts';
import { describeInstant } from '../zoned-time.ts';
import { joinWords, plural, shorten } from './phrases.ts';

const WHEN_EXAMPLES = '“in 10 minutes”, “tomorrow at 9” or “every weekday at 8:30”';

const remind: Action = async function* remind({ kind = 'reminder', when, task }, context) {
  const { now, timeZone } = context;
  if (when === undefined)
    return task === undefined
      ? `For when? Say, for example, “set a ${kind} for 10 minutes”.`
      : `When should I remind you? Say, for example, “remind me to ${shorten(task, 40)} tomorrow at 9”.`;
  const resolved = resolveWhen(when, { now, timeZone, early: kind === 'alarm' });
  if (resolved === undefined)
    return `I can't make a time of “${when}”, or it is over already. I understand times such as ${WHEN_EXAMPLES}.`;

  const title = capitalize(
    shorten(task ?? (kind === 'timer' ? 'The time is up' : kind === 'alarm' ? 'Wake up' : 'Reminder'), 100),
  );
  const words = 'at' in resolved ? describeInstant(resolved.at, now, timeZone) : resolved.words;
  const job = {
    title,
    notify: title,
    ...('at' in resolved ? { at: resolved.at.toISOString() } : { schedule: resolved.schedule }),
  };
  const tool = {
    name: 'mcp__os__schedule_job',
    input: job,
    summary: `Scheduling “${title}”`,
    done: `${title}: ${words}`,
  };
  yield* useTool(context, tool, () => context.host.os.scheduleJob(job));
  return `I'll tell you “${title}” ${words}.`;
};

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const list: Action = async function* list(_slots, context) {
  const jobs = await context.jobs.list();
  if (jobs.length === 0)
    return `Nothing is scheduled. Say, for example, “remind me ${WHEN_EXAMPLES.split(',')[0]?.replaceAll(/[“”]/g, '')} to stretch”.`;
  return `${plural(jobs.length, 'job')} scheduled:\n${jobs.map((job) => lineOf(job, context)).join('\n')}`;
};

const lineOf = (job: Job, { now, timeZone }: ActionContext): string => {
  const when =
    job.at === undefined ? `schedule “${job.schedule}”` : describeInstant(new Date(job.at), now, timeZone);
  return `- ${job.title}: ${when}${job.enabled ? '' : ' (switched off)'}`;
};

const cancel: Action = async function* cancel({ which = '', all }, context) {
  const jobs = await context.jobs.list();
  if (jobs.length === 0) return 'Nothing is scheduled, so there is nothing to cancel.';
  const meant = all && which === '' ? jobs : pick(jobs, which);
  if (meant.length === 0)
    return `Nothing scheduled is called “${which}”. Say “what is scheduled?” to see what there is.`;
  if (meant.length > 1 && !all)
    return `Which one: ${joinWords(
      meant.map((job) => `“${job.title}”`),
      'or',
    )}? Say “cancel the … reminder”, or “cancel all reminders”.`;
  for (const job of meant) {
    const tool = { name: 'mcp__os__cancel_job', input: { id: job.id }, summary: `Cancelling “${job.title}”` };
    yield* useTool(context, tool, () => context.host.os.cancelJob(job.id));
  }
  return `Cancelled: ${joinWords(
    meant.map((job) => `“${job.title}”`),
    'and',
  )}.`;
};

/** Titles are compared without spaces too: a "standup" was perhaps "Stand up". */
const pick = (jobs: readonly Job[], which: string): readonly Job[] => {
  if (which === '') return jobs;
  const packed = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  const exact = jobs.filter((job) => packed(job.title).includes(packed(which)));
  return exact.length > 0 ? exact : rankByWords(which, jobs, (job) => job.title).slice(0, 1);
};

export const SCHEDULE_ACTIONS = { remind, list_jobs: list, cancel_job: cancel } as const satisfies Partial<
  Record<IntentName, Action>
>;

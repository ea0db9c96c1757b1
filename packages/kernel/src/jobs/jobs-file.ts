import { join } from 'node:path';
import { Job } from '@matrix-os/contracts';
import { AppError, createAllowance, createSecret } from '@matrix-os/kit';
import { z } from 'zod';
import { type OnDamaged, readJsonFile, writeJsonFile } from '../home/json-file.ts';
import { checkSchedule, nextRun } from './schedule.ts';

const FILE = 'system/cron.json';
const MAX_JOBS = 100;
/** A hundred jobs of the longest texts, in letters that take the most. */
const MAX_BYTES = 2_000_000;
const PROBLEMS_PER_HOUR = 20;
const HOUR_MS = 3_600_000;

// Entries that we don't understand, and fields that we don't know, are somebody's: they stay in the file.
const LooseJobs = z.looseObject({ jobs: z.array(z.unknown()) });

export interface JobsFile {
  /** Absolute, for whoever watches it. */
  readonly path: string;
  /**
   * The jobs that can run: of the first hundred entries, those that can be understood. The others stay in the file and are
   * told to `onProblem`.
   */
  list(): Promise<Job[]>;
  /** @throws AppError `invalid_input` for a schedule that can't be understood or a time that never comes */
  add(job: Omit<Job, 'id'> & { readonly id?: string }): Promise<Job>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
}

/** The jobs of a home, `system/cron.json`, which its owner may edit as well. */
export const createJobsFile = (options: {
  readonly home: string;
  readonly onDamaged: OnDamaged;
  /** Told once about each entry that can't run, some twenty an hour. */
  readonly onProblem?: (problem: string) => void;
  readonly now?: () => number;
}): JobsFile => {
  const path = join(options.home, FILE);
  const now = options.now ?? Date.now;
  const told = new Set<string>();
  const mayTell = createAllowance({ max: PROBLEMS_PER_HOUR, windowMs: HOUR_MS, now });
  let last: Promise<unknown> = Promise.resolve();

  const read = async (): Promise<z.infer<typeof LooseJobs>> =>
    (await readJsonFile(options.home, FILE, LooseJobs, {
      onDamaged: options.onDamaged,
      maxBytes: MAX_BYTES,
    })) ?? { jobs: [] };

  /** One change at a time, or two would each lose the other's. */
  const change = <Value>(edit: (file: z.infer<typeof LooseJobs>) => Promise<Value>): Promise<Value> => {
    const next = last.then(async () => edit(await read()));
    last = next.catch(() => {});
    return next;
  };

  const tell = (problem: string): void => {
    if (told.has(problem) || mayTell.take() !== null) return;
    told.add(problem);
    options.onProblem?.(problem);
  };

  return {
    path,

    async list() {
      const { jobs } = await read();
      if (jobs.length > MAX_JOBS)
        tell(
          `system/cron.json has more than ${MAX_JOBS} jobs. The first ${MAX_JOBS} run; take out what is no longer needed.`,
        );
      return jobs.slice(0, MAX_JOBS).flatMap((entry, index) => {
        const job = readJob(entry);
        if (typeof job !== 'string') return [job];
        tell(`Entry ${index + 1} of system/cron.json can't run: ${job}`);
        return [];
      });
    },

    add: (given) =>
      change(async (file) => {
        const ids = new Set(file.jobs.map(idOf));
        const job = accept({ ...given, id: given.id ?? freshId(given.title, ids) }, now());
        if (ids.has(job.id)) throw new AppError('conflict', `There is a job "${job.id}" already.`);
        if (file.jobs.length >= MAX_JOBS)
          throw new AppError('too_large', `There are ${MAX_JOBS} jobs already. Cancel some first.`);
        await writeJsonFile(options.home, FILE, { ...file, jobs: [...file.jobs, job] });
        return job;
      }),

    remove: (id) =>
      change(async (file) => {
        const jobs = file.jobs.filter((entry) => idOf(entry) !== id);
        if (jobs.length === file.jobs.length) return false;
        await writeJsonFile(options.home, FILE, { ...file, jobs });
        return true;
      }),
  };
};

const idOf = (entry: unknown): unknown =>
  typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined;

/** The job, or what is wrong with it. */
const readJob = (entry: unknown): Job | string => {
  const parsed = Job.safeParse(entry);
  if (!parsed.success) return z.prettifyError(parsed.error).slice(0, 300);
  if (parsed.data.schedule === undefined) return parsed.data;
  try {
    checkSchedule(parsed.data.schedule);
    return parsed.data;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const accept = (given: unknown, now: number): Job => {
  const job = readJob(given);
  if (typeof job === 'string') throw new AppError('invalid_input', `That job can't be scheduled: ${job}`);
  if (job.at !== undefined && Date.parse(job.at) <= now)
    throw new AppError('invalid_input', 'That time is over already. Name one that is still to come.');
  if (job.schedule !== undefined && nextRun(job.schedule, { after: new Date(now) }) === null)
    throw new AppError(
      'invalid_input',
      `"${job.schedule}" never comes. Name a day that exists and is not years away.`,
    );
  return job;
};

/** Readable, so that the file can be edited by hand: `stand-up-4k7q`. */
const freshId = (title: string, taken: ReadonlySet<unknown>): string => {
  const slug =
    title
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 40)
      .replaceAll(/^-+|-+$/g, '') || 'job';
  for (;;) {
    const id = `${slug}-${createSecret(4)}`;
    if (!taken.has(id)) return id;
  }
};

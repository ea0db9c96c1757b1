import * as z from 'zod/mini';
import { Timestamp } from './names.ts';

/** One entry of `system/cron.json`. */
export const Job = z
  .object({
    id: z.string().check(z.regex(/^[a-z0-9-]{1,60}$/)),
    title: z.string().check(z.minLength(1), z.maxLength(120)),
    /**
     * Five or six fields, in the owner's time zone. However often it comes, a message is said once a minute at most and a
     * notice shown once in five seconds; all jobs together have a budget an hour.
     */
    schedule: z.optional(z.string().check(z.maxLength(100))),
    /** Once, then the job is taken out of the file. */
    at: z.optional(Timestamp),
    enabled: z._default(z.boolean(), true),
    /** Show a notice, or say something to the kernel. */
    action: z.discriminatedUnion('type', [
      z.object({ type: z.literal('notify'), message: z.string().check(z.minLength(1), z.maxLength(500)) }),
      z.object({ type: z.literal('message'), text: z.string().check(z.minLength(1), z.maxLength(4000)) }),
    ]),
  })
  .check(
    z.refine((job) => (job.schedule === undefined) !== (job.at === undefined), {
      message: 'a job has either "schedule" or "at"',
    }),
  );
export type Job = z.infer<typeof Job>;

export const JobsFile = z.object({ jobs: z.array(Job) });
export type JobsFile = z.infer<typeof JobsFile>;

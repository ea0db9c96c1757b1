import { z } from 'zod';
import { Timestamp } from './names.ts';

/** One entry of `system/cron.json`. */
export const Job = z
  .object({
    id: z.string().regex(/^[a-z0-9-]{1,60}$/),
    title: z.string().min(1).max(120),
    /** Five or six fields, in the owner's time zone. */
    schedule: z.string().max(100).optional(),
    /** Once, then the job is taken out of the file. */
    at: Timestamp.optional(),
    enabled: z.boolean().default(true),
    /** Show a notice, or say something to the kernel. */
    action: z.discriminatedUnion('type', [
      z.object({ type: z.literal('notify'), message: z.string().min(1).max(500) }),
      z.object({ type: z.literal('message'), text: z.string().min(1).max(4000) }),
    ]),
  })
  .refine((job) => (job.schedule === undefined) !== (job.at === undefined), {
    message: 'a job has either "schedule" or "at"',
  });
export type Job = z.infer<typeof Job>;

export const JobsFile = z.object({ jobs: z.array(Job) });
export type JobsFile = z.infer<typeof JobsFile>;

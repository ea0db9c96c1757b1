import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EventEnvelope, Health } from '@matrix-os/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryKernel, type MemoryKernel } from '../testing/memory-kernel.ts';
import { makeFolder } from '../testing/test-app.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

const secondly = {
  id: 'tick',
  title: 'Tick',
  schedule: '* * * * * *',
  action: { type: 'notify', message: 'tock' },
};
const inAWhile = (ms: number) => new Date(Date.now() + ms).toISOString();

let home: string;
const cron = () => join(home, 'system', 'cron.json');
const writeJobs = (jobs: unknown[]) => writeFile(cron(), JSON.stringify({ jobs }));
const readJobs = async () => JSON.parse(await readFile(cron(), 'utf8')).jobs;

const nextEvent = (
  kernel: MemoryKernel,
  matches: (envelope: EventEnvelope) => boolean,
): Promise<EventEnvelope> =>
  new Promise((resolve) => {
    const missed = kernel.events.since(0)?.find(matches);
    if (missed !== undefined) return resolve(missed);
    const unsubscribe = kernel.events.subscribe((envelope) => {
      if (!matches(envelope)) return;
      unsubscribe();
      resolve(envelope);
    });
  });
const isNotice =
  (message: RegExp) =>
  ({ event }: EventEnvelope) =>
    event.type === 'notice' && message.test(event.message);

beforeEach(async () => {
  home = await makeFolder('home');
  await mkdir(join(home, 'system'));
});

describe('jobs', () => {
  it('run on time, keep the OS’s next wake visible, and count as use', async () => {
    await writeJobs([secondly]);
    const { kernel, request } = await startTestGateway({ home });
    const health = Health.parse(await (await request('/health')).json());
    const due = Date.parse(health.nextWakeAt ?? '');
    expect(Math.abs(due - Date.now())).toBeLessThan(20_000);
    const isTock = isNotice(/tock/);
    const { at, event } = await nextEvent(
      kernel,
      (envelope) => isTock(envelope) && Date.parse(envelope.at) >= due,
    );
    expect(event).toMatchObject({ title: 'Tick', message: 'tock' });
    expect(Date.parse(at) - due).toBeLessThan(20_000);
    const after = Health.parse(await (await request('/health')).json());
    expect(after.lastActivityCause).toBe('job');
  });

  it('are read again when the file is replaced', async () => {
    await writeJobs([]);
    const { kernel, request } = await startTestGateway({ home });
    const health = Health.parse(await (await request('/health')).json());
    expect(health.nextWakeAt).toBeNull();
    await writeFile(join(home, 'system', 'new'), JSON.stringify({ jobs: [secondly] }));
    await rename(join(home, 'system', 'new'), cron());
    await nextEvent(kernel, isNotice(/tock/));
  });

  it('run once at their time, however late, and then leave the file', async () => {
    const at = '2001-01-01T00:00:00Z';
    const overdue = { id: 'late', title: 'Late', at, action: { type: 'notify', message: 'better late' } };
    const soon = {
      ...overdue,
      id: 'soon',
      at: inAWhile(300),
      action: { type: 'notify', message: 'just in time' },
    };
    const far = { ...overdue, id: 'far', at: inAWhile(3_600_000) };
    await writeJobs([overdue, soon, far]);
    const { kernel } = await startTestGateway({ home });
    await nextEvent(kernel, isNotice(/better late/));
    await nextEvent(kernel, isNotice(/just in time/));
    await expect.poll(readJobs, { interval: 20 }).toEqual([far]);
    const ran = kernel.events.since(0)?.filter(isNotice(/better late/));
    expect(ran).toHaveLength(1);
  });

  it('say their text in one session of their own, also after a restart', async () => {
    const state = await makeFolder('state');
    const text = 'sum up the day';
    await writeJobs([{ ...secondly, title: 'Evening', action: { type: 'message', text } }]);
    const kernel = createMemoryKernel({ home });
    const isStart = ({ event }: EventEnvelope) => event.type === 'start' && event.text === text;
    // Both gateways have the same one, so the first may not close it.
    const first = await startTestGateway({
      home,
      state,
      kernel: { ...kernel, close: async () => undefined },
    });
    const { session } = await nextEvent(kernel, isStart);
    await expect.poll(() => kernel.sessions.list().map(({ title }) => title)).toEqual(['Evening']);
    await expect
      .poll(() => readFile(join(state, 'job-sessions.json'), 'utf8').catch(() => ''))
      .toContain(session);
    await first.gateway.close();
    const seen = kernel.events.lastSeq();
    await startTestGateway({ home, state, kernel });
    const again = await nextEvent(kernel, (envelope) => envelope.seq > seen && isStart(envelope));
    expect(again.session).toBe(session);
    expect(kernel.sessions.list()).toHaveLength(1);
  });

  it('with a schedule nobody understands are told once and keep no other from running', async () => {
    await writeJobs([{ ...secondly, id: 'odd', title: 'Odd', schedule: 'at tea time' }, secondly]);
    const { kernel } = await startTestGateway({ home });
    await nextEvent(kernel, isNotice(/tock/));
    const told = kernel.events.since(0)?.filter(isNotice(/is not a schedule/));
    expect(told).toHaveLength(1);
  });

  it('in a damaged file are moved aside with a notice, and a mended one runs', async () => {
    await writeFile(cron(), '{"jobs": [');
    const { kernel } = await startTestGateway({ home });
    await nextEvent(kernel, isNotice(/cron\.json/));
    const names = await readdir(join(home, 'system'));
    expect(names).toEqual([expect.stringMatching(/^cron\.damaged-.*\.json$/)]);
    await writeJobs([secondly]);
    await nextEvent(kernel, isNotice(/tock/));
  });
});

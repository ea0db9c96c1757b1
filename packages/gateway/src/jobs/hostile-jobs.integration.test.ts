import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { NoticeList, SessionList } from '@matrix-os/contracts';
import { expect, it } from 'vitest';
import { startGatewayProcess } from '../testing/gateway-process.ts';
import { longestPause } from '../testing/longest-pause.ts';
import { makeFolder } from '../testing/test-app.ts';

const turn = { type: 'message', text: 'hello' };
const often = (n: number) => ({ id: `often-${n}`, title: 'Often', schedule: '* * * * * *', action: turn });
const never = (n: number, round: number) => ({
  ...often(n),
  id: `never-${n}`,
  schedule: `${n % 60} ${round % 24} 31 4 +1-5`,
});

it('a file of jobs each second and of days that never come keeps nobody waiting, and starts 60 turns', async () => {
  const home = await makeFolder('home');
  await mkdir(join(home, 'system'));
  const write = async (round: number) => {
    const jobs = [
      ...Array.from({ length: 80 }, (_, n) => often(n)),
      ...Array.from({ length: 2000 }, (_, n) => never(n, round)),
    ];
    await writeFile(join(home, 'system/new'), JSON.stringify({ jobs }));
    await rename(join(home, 'system/new'), join(home, 'system/cron.json'));
  };
  await write(0);
  const gateway = await startGatewayProcess({ MATRIX_HOME: home });
  const notices = async () =>
    NoticeList.parse(await (await gateway.request('/api/notices')).json()).notices.map(({ event }) =>
      event.type === 'notice' ? event.message : '',
    );
  // The first request loads what answers it.
  await notices();
  const over = new AbortController();
  const measuring = longestPause(gateway, over.signal);
  await expect.poll(notices).toContainEqual(expect.stringContaining('their 60 turns'));
  for (let round = 1; round <= 3; round++) {
    await write(round);
    await wait(1500);
  }
  over.abort();
  expect(await measuring).toBeLessThan(100);
  const { sessions } = SessionList.parse(await (await gateway.request('/api/sessions')).json());
  expect(sessions).toHaveLength(60);
  const told = await notices();
  expect(told.filter((message) => message.includes('more than 100 jobs'))).toHaveLength(1);
  expect(told.filter((message) => message.includes('their 60 turns'))).toHaveLength(1);
  expect(told.filter((message) => message.includes('does not come'))).toHaveLength(20);
});

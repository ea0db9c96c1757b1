import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  EventEnvelope,
  MessageAccepted,
  MessageResponse,
  SessionHistory,
  SessionList,
} from '@matrix-os/contracts';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { greet, isType, readFrames } from '../testing/frames.ts';
import { type GatewayProcess, startGatewayProcess } from '../testing/gateway-process.ts';

const post = (gateway: GatewayProcess, body: unknown, headers: Record<string, string> = {}) =>
  gateway.request('/api/message', { method: 'POST', body: JSON.stringify(body), headers });

const follow = (gateway: GatewayProcess) => {
  const socket = new WebSocket(`ws://${gateway.authority}/ws`, {
    headers: { authorization: `Bearer ${gateway.token}` },
  });
  return { socket, ...readFrames(socket) };
};

it('builds on what was said, keeps it over kill -9, and tells a desktop that was away', async () => {
  const first = await startGatewayProcess();
  const answer = MessageResponse.parse(await (await post(first, { text: 'make me a todo list' })).json());
  expect(answer.text).toMatch(/todo/i);
  expect(existsSync(join(first.home, 'apps', 'todo', 'index.html'))).toBe(true);

  const { session } = answer;
  const stream = await post(first, { text: 'help', session }, { accept: 'text/event-stream' });
  const envelopes = [...(await stream.text()).matchAll(/^data: (.*)$/gm)].map(([, data]) =>
    EventEnvelope.parse(JSON.parse(data ?? '')),
  );
  expect(envelopes.at(0)?.event.type).toMatch(/^(queued|start)$/);
  expect(envelopes.findLast(({ event }) => event.type === 'result')?.session).toBe(session);
  await first.stop('SIGKILL');

  const second = await startGatewayProcess({ MATRIX_HOME: first.home, MATRIX_STATE: first.state });
  const history = SessionHistory.parse(await (await second.request(`/api/sessions/${session}`)).json());
  expect(history.turns.map(({ prompt, status }) => [prompt, status])).toEqual([
    ['make me a todo list', 'done'],
    ['help', 'done'],
  ]);
  const { socket, until, seqs } = follow(second);
  await greet(socket, 0);
  await until(isType('welcome'));
  const accepted = await post(second, { text: 'system status', session }, { prefer: 'respond-async' });
  const { turn } = MessageAccepted.parse(await accepted.json());
  await until(
    (frame) =>
      frame.type === 'event' && frame.envelope.turn === turn && frame.envelope.event.type === 'result',
  );
  expect(seqs()).toEqual(seqs().map((_, index) => index + 1));
  socket.close();
});

it('says what a job has to say in the job’s own session', async () => {
  const gateway = await startGatewayProcess();
  const { socket, until } = follow(gateway);
  await greet(socket);
  await until(isType('welcome'));
  const job = { id: 'check', title: 'Morning check', at: new Date(Date.now() + 300).toISOString() };
  const action = { type: 'message', text: 'system status' };
  await writeFile(join(gateway.home, 'system', 'cron.json'), JSON.stringify({ jobs: [{ ...job, action }] }));
  await until((frame) => frame.type === 'event' && frame.envelope.event.type === 'result');
  const { sessions } = SessionList.parse(await (await gateway.request('/api/sessions')).json());
  expect(sessions.map(({ title }) => title)).toEqual(['Morning check']);
  socket.close();
});

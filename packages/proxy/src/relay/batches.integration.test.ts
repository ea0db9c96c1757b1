import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@matrix-os/kit';
import { afterEach, expect, it } from 'vitest';
import type { Ledger } from '../ledger/ledger.ts';
import { loadPrices } from '../prices/load-prices.ts';
import { createRequestScan } from '../scan/request-scan.ts';
import { startUpstream } from '../testing/upstream.ts';
import { relayBatchCreation } from './batches.ts';
import { createStopping } from './stopping.ts';
import { createUpstream } from './upstream.ts';
import { createUpstreamKeys } from './upstream-keys.ts';

const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of cleanup.splice(0).reverse()) await one();
});

it('does not tell the client of a batch before the ledger knows whose it is', async () => {
  const upstream = await startUpstream((response) => response.end('{"id":"msgbatch_1"}'));
  cleanup.push(() => upstream.close());
  let know = (): void => {};
  const known = new Promise<void>((resolve) => {
    know = resolve;
  });
  let asked = (_batchId: string): void => {};
  const askedFor = new Promise<string>((resolve) => {
    asked = resolve;
  });
  const ledger: Pick<Ledger, 'reserve' | 'awaitBatch' | 'settle'> = {
    reserve: async () => ({ ok: true, notice: undefined }),
    awaitBatch: ({ batchId }) => {
      asked(batchId);
      return known;
    },
    settle: async () => {},
  };
  const prices = await loadPrices(undefined);
  const relayUpstream = createUpstream(upstream.url);
  cleanup.push(() => relayUpstream.close());
  const server = createServer((request, response) => {
    void relayBatchCreation(
      {
        ledger: ledger as Ledger,
        prices,
        upstream: relayUpstream,
        upstreamKeys: createUpstreamKeys(['sk'], Date.now),
        logger: createLogger({ name: 'test', level: 'silent' }),
        drainMs: 1000,
        stopping: createStopping(),
        now: Date.now,
      },
      {
        request,
        response,
        requestId: 'req_1',
        identity: {
          tenant: 'alice',
          keyId: undefined,
          payer: 'shared',
          ownCredentials: [],
          session: undefined,
          userLabel: undefined,
        },
        facts: createRequestScan('batch').end(),
        body: { kind: 'memory', bytes: 2, buffer: Buffer.from('{}') },
        endpoint: 'batches',
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const order: string[] = [];
  const answered = fetch(`http://127.0.0.1:${port}/v1/messages/batches`, { method: 'POST', body: '{}' })
    .then((answer) => answer.text())
    .then((text) => order.push(text));
  order.push(`booked ${await askedFor}`);
  // A whole other exchange fits in between; the answer must still be waiting.
  await (await fetch(upstream.url)).text();
  order.push('known');
  know();
  await answered;
  expect(order).toEqual(['booked msgbatch_1', 'known', '{"id":"msgbatch_1"}']);
});

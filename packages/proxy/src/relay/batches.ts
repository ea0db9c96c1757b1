import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from '../keys/identify.ts';
import { costOf } from '../prices/cost.ts';
import { createJsonScan } from '../scan/json-scan.ts';
import { parseValue } from '../usage/answer-meter.ts';
import { createBatchMeter } from '../usage/batch-meter.ts';
import { NO_USAGE } from '../usage/token-usage.ts';
import type { ApiError } from './api-error.ts';
import { type ExchangeEnd, type ExchangeWatcher, exchange } from './exchange.ts';
import { requestHeaders } from './headers.ts';
import { isEncoded, type MeteredDeps, type MeteredRequest, pricedBill, refusalAsError } from './metered.ts';

/** Results may be fetched for 29 days; a batch whose results nobody fetches by then can't be settled. */
const BATCH_LEASE_MS = 29 * 24 * 3_600_000;

/** A batch is reserved when it is made and settled when its results are fetched. */
export const relayBatchCreation = async (
  deps: MeteredDeps,
  asked: MeteredRequest,
): Promise<ApiError | ExchangeEnd> => {
  const { ledger, prices, upstream, upstreamKeys, now } = deps;
  const { request, response, requestId: id, identity, facts, body } = asked;
  const { tenant } = identity;
  const key = identity.payer === 'shared' ? upstreamKeys.pick(tenant) : undefined;
  const price = prices.find(facts.model ?? 'unknown', now());
  const usage = { ...NO_USAGE, input: facts.estimatedInputTokens, output: facts.maxTokens ?? 0 };
  const outcome = await ledger.reserve({
    id,
    tenant,
    keyId: identity.keyId,
    at: now(),
    session: identity.session,
    userLabel: identity.userLabel,
    endpoint: 'batches',
    model: facts.model ?? 'unknown',
    payer: identity.payer,
    reserved: costOf(usage, price, { fast: false, region: undefined, batch: true }),
    floor: 0n,
    flags: [],
  });
  if (!outcome.ok) return refusalAsError(outcome.refusal);

  let batchId: string | undefined;
  let created = false;
  let booked: Promise<void> | undefined;
  const scan = createJsonScan({
    want: new Set(['id']),
    onValue: (_path, json) => {
      const value = parseValue(json);
      if (typeof value === 'string') batchId = value;
    },
  });
  const end = await exchange({
    upstream,
    request: {
      method: 'POST',
      path: request.url ?? '/',
      headers: requestHeaders(
        request.rawHeaders,
        key === undefined ? identity.ownCredentials : ['x-api-key', key.secret],
        body.bytes,
      ),
      body: body.kind === 'memory' ? body.buffer : body.read(),
    },
    response,
    requestId: id,
    hideAccount: identity.payer === 'shared',
    notice: outcome.notice,
    drainMs: deps.drainMs,
    stopping: deps.stopping,
    watcher: {
      onHead(status, header) {
        created = status < 300 && !isEncoded(header('content-encoding'));
      },
      onChunk(chunk) {
        scan.write(chunk);
        if (!created || batchId === undefined || booked !== undefined) return undefined;
        // The client must not learn of a batch, and fetch it, before the ledger knows whose row it is.
        booked = ledger.awaitBatch({ id, tenant, batchId, leaseUntil: now() + BATCH_LEASE_MS });
        return booked;
      },
      atBoundary: false,
    },
  });
  if (booked !== undefined) return end;
  await ledger.settle({
    id,
    tenant,
    at: now(),
    state: 'settled',
    bill: [{ model: facts.model ?? 'unknown', usage: NO_USAGE, cost: 0n }],
    flags: end.broke === undefined ? [] : ['upstream_broke'],
    status: end.status,
    upstreamId: end.upstreamId,
  });
  return end;
};

/** Fetching results is free and may be done again: the first whole fetch settles the batch, later ones change nothing. */
export const relayBatchResults = async (
  deps: MeteredDeps,
  asked: {
    request: IncomingMessage;
    response: ServerResponse;
    requestId: string;
    identity: Identity;
    batchId: string;
  },
): Promise<ApiError | ExchangeEnd> => {
  const { ledger, prices, upstream, upstreamKeys, now } = deps;
  const { request, response, requestId, identity, batchId } = asked;
  const { tenant } = identity;
  const key = identity.payer === 'shared' ? upstreamKeys.pick(tenant) : undefined;
  const meter = createBatchMeter();
  let readable = true;
  const end = await exchange({
    upstream,
    request: {
      method: 'GET',
      path: request.url ?? '/',
      headers: requestHeaders(
        request.rawHeaders,
        key === undefined ? identity.ownCredentials : ['x-api-key', key.secret],
        undefined,
      ),
      body: null,
    },
    response,
    requestId,
    hideAccount: identity.payer === 'shared',
    notice: undefined,
    drainMs: deps.drainMs,
    stopping: deps.stopping,
    watcher: watching(
      (chunk) => meter.write(chunk),
      (header) => {
        readable = !isEncoded(header('content-encoding'));
      },
    ),
  });
  const bill = pricedBill(prices, meter.bill(), now());
  if (end.status !== 200 || end.broke !== undefined || !readable || bill.length === 0) return end;
  const id = (await ledger.findBatch(tenant, batchId)) ?? `seen_${batchId}`;
  // A batch that wasn't made through this proxy has no row yet; one that was keeps its own.
  await ledger.reserve({
    id,
    tenant,
    keyId: identity.keyId,
    at: now(),
    session: identity.session,
    userLabel: identity.userLabel,
    endpoint: 'batches',
    model: bill[0]?.model ?? 'unknown',
    payer: identity.payer,
    reserved: 0n,
    floor: 0n,
    flags: [],
    unlimited: true,
  });
  const unknown = bill.some((line) => !prices.find(line.model, now()).known);
  await ledger.settle({
    id,
    tenant,
    at: now(),
    state: 'settled',
    bill,
    flags: unknown ? ['unknown_model'] : [],
    status: end.status,
    upstreamId: end.upstreamId,
  });
  return end;
};

const watching = (
  onChunk: (chunk: Buffer) => void,
  onHead: (header: (name: string) => string | undefined) => void = () => {},
): ExchangeWatcher => ({
  onHead: (_status, header) => onHead(header),
  onChunk(chunk) {
    onChunk(chunk);
    return undefined;
  },
  atBoundary: false,
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@matrix-os/kit';
import type { Identity } from '../keys/identify.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BilledLine } from '../ledger/operations.ts';
import { highest } from '../money/nano.ts';
import { costOf } from '../prices/cost.ts';
import type { PriceTable } from '../prices/price-table.ts';
import type { Refusal } from '../quota/words.ts';
import { refusalInWords } from '../quota/words.ts';
import type { RequestFacts } from '../scan/request-scan.ts';
import { type AnswerMeter, createAnswerMeter } from '../usage/answer-meter.ts';
import { type BillLine, NO_USAGE } from '../usage/token-usage.ts';
import type { ApiError } from './api-error.ts';
import type { Body } from './body.ts';
import { type ExchangeEnd, exchange } from './exchange.ts';
import { requestHeaders } from './headers.ts';
import type { Stopping } from './stopping.ts';
import type { Upstream } from './upstream.ts';
import type { UpstreamKeys } from './upstream-keys.ts';

export interface MeteredDeps {
  readonly ledger: Ledger;
  readonly prices: PriceTable;
  readonly upstream: Upstream;
  readonly upstreamKeys: UpstreamKeys;
  readonly logger: Logger;
  readonly drainMs: number;
  readonly stopping: Stopping;
  now(): number;
}

/** Output that may be relayed before the ledger hears of it; it is charged when the proxy dies in between. */
const AHEAD_TOKENS = 1_024;

export interface MeteredRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly identity: Identity;
  readonly facts: RequestFacts;
  readonly body: Body;
  readonly endpoint: string;
  /** No other request is under way. */
  readonly alone?: boolean;
}

/** Reserve, relay, settle. Answers what to tell the client when it is refused; else the status it got. */
export const relayMetered = async (
  deps: MeteredDeps,
  asked: MeteredRequest,
): Promise<ApiError | ExchangeEnd> => {
  const { ledger, prices, upstream, upstreamKeys, now } = deps;
  const { request, response, requestId, identity, facts, body } = asked;
  const key = identity.payer === 'shared' ? upstreamKeys.pick(identity.tenant) : undefined;
  if (identity.payer === 'shared' && key === undefined) return NO_SHARED_KEY;
  const model = facts.model ?? 'unknown';
  const price = prices.find(model, now());
  const ceiling = price.maxOutputTokens;
  const output = Math.min(facts.maxTokens ?? ceiling, ceiling);
  const input = inputUsage(facts, Math.min(facts.estimatedInputTokens, price.contextTokens));
  const modifiers = { fast: facts.fast, region: facts.region, batch: false };
  const reserved = costOf({ ...input, output }, price, modifiers);
  const firstFloor = costOf({ ...input, output: Math.min(output, AHEAD_TOKENS) }, price, modifiers);
  const id = requestId;
  const { tenant } = identity;

  const reservation = {
    id,
    tenant,
    keyId: identity.keyId,
    at: now(),
    session: identity.session,
    userLabel: identity.userLabel,
    endpoint: asked.endpoint,
    model,
    payer: identity.payer,
    reserved,
    floor: firstFloor,
    flags: price.known ? [] : ['unknown_model'],
  };
  const outcome = await ledger.reserve(reservation, asked.alone === true);
  if (!outcome.ok) return refusalAsError(outcome.refusal);

  let meter: AnswerMeter | undefined;
  let seen = -1;
  let covered = firstFloor;
  let extending = false;
  const bill = (): BilledLine[] => pricedBill(prices, meter?.bill() ?? [], now());

  /** Write-ahead: nothing is relayed that the committed floor doesn't cover. */
  const cover = (): Promise<void> | undefined => {
    if (meter === undefined || meter.revision === seen || !meter.known) return undefined;
    const first = seen === -1;
    seen = meter.revision;
    const lines = bill();
    const cost = sumOf(lines);
    const main = lines[0];
    if (main === undefined) return undefined;
    const ahead = costOf({ ...NO_USAGE, output: AHEAD_TOKENS }, prices.find(main.model, now()), modifiers);
    const ends = meter.final;
    // At the start to be exact about the input, later when half of what is ahead is used up.
    const due = first ? !ends : cost + ahead / 2n > covered;
    if (cost <= covered && (!due || extending || ends)) return undefined;
    // Never above what the request can cost at all.
    const room = cost + ahead;
    const floor = ends ? cost : room < reserved ? room : highest([cost, reserved]);
    const mustWait = cost > covered;
    extending = true;
    const committed = ledger.progress({ id, tenant, floor, usage: totalOf(lines) }).then(() => {
      covered = floor;
      extending = false;
    });
    if (mustWait) return committed;
    committed.catch((error: unknown) => deps.logger.warn({ err: error, request: id }, 'no progress booked'));
    return undefined;
  };

  const credentials = key === undefined ? identity.ownCredentials : ['x-api-key', key.secret];
  const end = response.destroyed
    ? GONE
    : await exchange({
        upstream,
        request: {
          method: request.method ?? 'POST',
          path: request.url ?? '/',
          headers: requestHeaders(request.rawHeaders, credentials, body.bytes),
          body: body.kind === 'memory' ? body.buffer : body.read(),
        },
        response,
        requestId,
        hideAccount: identity.payer === 'shared',
        notice: outcome.notice,
        drainMs: deps.drainMs,
        stopping: deps.stopping,
        together: asked.alone !== true,
        watcher: {
          onHead(status, header) {
            if (key !== undefined && status === 429) {
              upstreamKeys.cool(key, Number(header('retry-after')) || undefined);
            }
            if (status >= 300 || isEncoded(header('content-encoding'))) return;
            meter = createAnswerMeter({ model, batch: false, contentType: header('content-type') ?? '' });
          },
          onChunk(chunk) {
            if (meter === undefined) return undefined;
            meter.write(chunk);
            return cover();
          },
          get atBoundary() {
            return meter?.atBoundary ?? false;
          },
        },
      });

  const settled = settlement(end, meter, bill, model);
  if (settled.bill?.some((line) => !prices.find(line.model, now()).known) === true) {
    settled.flags.push('unknown_model');
  }
  ledger
    .settle(
      {
        id,
        tenant,
        at: now(),
        state: 'settled',
        status: end.status,
        upstreamId: end.upstreamId,
        ...settled,
      },
      settled.bill !== undefined && sumOf(settled.bill) > reserved,
    )
    .catch((error: unknown) => deps.logger.error({ err: error, request: id }, 'not settled'));
  return end;
};

/** What the row is closed with, whatever became of the request. */
const settlement = (
  end: ExchangeEnd,
  meter: AnswerMeter | undefined,
  bill: () => BilledLine[],
  model: string,
): { bill: BilledLine[] | undefined; flags: string[] } => {
  const flags = [
    ...(end.clientLeft ? ['client_left'] : []),
    ...(end.broke === undefined ? [] : ['upstream_broke']),
    ...(meter?.failed === true ? ['error_event'] : []),
  ];
  const nothing = [{ model, usage: NO_USAGE, cost: 0n }];
  if (end.status === undefined || end.status >= 300) return { bill: nothing, flags };
  // Answered, but not in words that can be read: the reservation's floor is the best that is known.
  if (meter === undefined || !meter.known) return { bill: undefined, flags: [...flags, 'estimated'] };
  return { bill: bill(), flags: meter.final ? flags : [...flags, 'estimated'] };
};

/** We ask for `identity`; a server that compresses all the same is relayed, and charged by the floor. */
export const isEncoded = (encoding: string | undefined): boolean =>
  encoding !== undefined && encoding !== '' && encoding !== 'identity';

const GONE: ExchangeEnd = {
  status: undefined,
  upstreamId: undefined,
  broke: undefined,
  clientLeft: true,
  bytes: 0,
};

const NO_SHARED_KEY: ApiError = {
  status: 503,
  message:
    'The operator has set no Anthropic key (ANTHROPIC_API_KEY). Send one of your own beside x-matrix-key, or ask the operator.',
};

const inputUsage = (facts: RequestFacts, tokens: number) => ({
  ...NO_USAGE,
  ...(facts.cacheWrites === '1h'
    ? { cacheWrite1h: tokens }
    : facts.cacheWrites === '5m'
      ? { cacheWrite5m: tokens }
      : { input: tokens }),
});

export const pricedBill = (prices: PriceTable, lines: readonly BillLine[], at: number): BilledLine[] =>
  lines.map(({ model, usage, modifiers }) => ({
    model,
    usage,
    cost: costOf(usage, prices.find(model, at), modifiers),
  }));

const sumOf = (lines: readonly BilledLine[]): bigint => lines.reduce((sum, line) => sum + line.cost, 0n);

const totalOf = (lines: readonly BilledLine[]) =>
  lines.reduce(
    (sum, { usage }) => ({
      input: sum.input + usage.input,
      cacheRead: sum.cacheRead + usage.cacheRead,
      cacheWrite5m: sum.cacheWrite5m + usage.cacheWrite5m,
      cacheWrite1h: sum.cacheWrite1h + usage.cacheWrite1h,
      output: sum.output + usage.output,
      webSearches: sum.webSearches + usage.webSearches,
    }),
    NO_USAGE,
  );

/** 429 in the API's shape. Trying again by itself would only be refused again, so SDKs are told not to. */
export const refusalAsError = (refusal: Refusal): ApiError => {
  const message = refusalInWords(refusal);
  if (refusal.kind === 'revoked') return { status: 401, message };
  const seconds = Math.max(1, Math.ceil((refusal.resetsAt - refusal.now) / 1000));
  return {
    status: 429,
    message,
    headers: {
      'retry-after': String(seconds),
      'x-should-retry': 'false',
      'x-matrix-resets-at': new Date(refusal.resetsAt).toISOString(),
    },
  };
};

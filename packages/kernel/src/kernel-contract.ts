import type { EventEnvelope } from '@matrix-os/contracts';
import { isAppError } from '@matrix-os/kit';
import type { TestWords } from './engine-contract.ts';
import type { Kernel } from './kernel.ts';
import { OWNER, type Principal } from './principal.ts';

/** What a contract test needs of the kernel under test: one of its own that answers any message in words, without a model. */
export interface KernelUnderTest {
  readonly kernel: Kernel;
  close(): Promise<void>;
}

const visitor = (handle: string): Principal => ({ kind: 'visitor', handle, proof: 'test' });
const ALICE = visitor('alice');
const BOB = visitor('bob');

/** The code it fails with; `none` when it doesn't. */
const failureOf = async (attempt: () => unknown): Promise<string> => {
  try {
    await attempt();
    return 'none';
  } catch (error) {
    return isAppError(error) ? error.code : String(error);
  }
};

/** What the gateway relies on, of the real kernel and of whatever stands in for it in tests. */
export const describeKernelContract = (
  name: string,
  open: () => Promise<KernelUnderTest>,
  { describe, test, equal, ok }: TestWords,
): void => {
  const withKernel = async (body: (kernel: Kernel) => Promise<void>): Promise<void> => {
    const subject = await open();
    try {
      await body(subject.kernel);
    } finally {
      await subject.close();
    }
  };

  describe(`the kernel contract: ${name}`, () => {
    test('answers, and tells the turn in events whose numbers grow by one', () =>
      withKernel(async (kernel) => {
        const heard: EventEnvelope[] = [];
        const stop = kernel.events.subscribe((envelope) => heard.push(envelope));
        const before = kernel.events.lastSeq();
        const sent = await kernel.send(OWNER, { text: 'hello' });
        const answer = await sent.completed;
        equal([answer.session, answer.turn], [sent.session, sent.turn]);
        ok(answer.text !== '', 'it says something');
        const types = heard.filter(({ turn }) => turn === sent.turn).map(({ event }) => event.type);
        equal([types[0], types.at(-1)], ['start', 'result']);
        equal(
          heard.map(({ seq }) => seq),
          heard.map((_, index) => before + 1 + index),
        );
        equal(kernel.events.since(before), heard);
        equal(kernel.events.lastSeq(), heard.at(-1)?.seq);
        stop();
        kernel.notice('info', 'A notice', 'of no turn');
        ok(!heard.some(({ event }) => event.type === 'notice'), 'who has left hears no more');
        equal(
          kernel.events.notices(0).map(({ event }) => event.type === 'notice' && event.title),
          ['A notice'],
        );
      }));

    test('takes a message id once, and keeps the ids of each sender apart', () =>
      withKernel(async (kernel) => {
        const message = { text: 'hello', id: 'the-same-id' };
        const turns = new Map<Principal, string>();
        for (const principal of [OWNER, ALICE, BOB]) {
          const first = await kernel.send(principal, message);
          const again = await kernel.send(principal, message);
          equal([again.session, again.turn], [first.session, first.turn]);
          equal(await again.completed, await first.completed);
          const later = await kernel.send(principal, message);
          equal([later.turn, await later.completed], [first.turn, await first.completed]);
          turns.set(principal, first.turn);
        }
        equal(new Set(turns.values()).size, 3);
      }));

    test('gives a message without a session a new one, but a visitor the one that it has', () =>
      withKernel(async (kernel) => {
        const sessionOf = async (principal: Principal) => {
          const sent = await kernel.send(principal, { text: 'hello' });
          await sent.completed;
          return sent.session;
        };
        const owner = [await sessionOf(OWNER), await sessionOf(OWNER)];
        const alice = [await sessionOf(ALICE), await sessionOf(ALICE)];
        const bob = await sessionOf(BOB);
        equal(new Set([...owner, ...alice, bob]).size, 4);
        equal(alice[0], alice[1]);
        const from = new Map(kernel.sessions.list().map((session) => [session.id, session.from]));
        equal(
          [...owner, alice[0], bob].map((id) => from.get(id ?? '')),
          ['owner', 'owner', 'alice', 'bob'],
        );
        const starts = (kernel.events.since(0) ?? []).flatMap(({ event }) =>
          event.type === 'start' ? [event.from] : [],
        );
        equal(starts, ['owner', 'owner', 'alice', 'alice', 'bob']);
      }));

    test('lets nobody into a session of another', () =>
      withKernel(async (kernel) => {
        const sessions = new Map<Principal, string>();
        for (const principal of [OWNER, ALICE, BOB]) {
          const { session, completed } = await kernel.send(principal, { text: 'hello' });
          await completed;
          sessions.set(principal, session);
        }
        for (const [holder, session] of sessions) {
          for (const principal of sessions.keys()) {
            const attempt = async () => (await kernel.send(principal, { text: 'hi', session })).completed;
            equal(await failureOf(attempt), principal === holder ? 'none' : 'forbidden');
          }
        }
        const missing = { text: 'hi', session: 'ses_000000000000000000000' };
        for (const principal of sessions.keys())
          equal(await failureOf(() => kernel.send(principal, missing)), 'not_found');
      }));

    test('shows in the queue what runs, and that nothing does', () =>
      withKernel(async (kernel) => {
        const seen: string[] = [];
        const busy = new Set<boolean | undefined>();
        const idle = Promise.withResolvers<void>();
        const stop = kernel.onQueue(({ running, waiting }) => {
          seen.push(...running.map(({ turn }) => turn));
          if (running.length > 0) busy.add(kernel.sessions.list()[0]?.busy);
          if (running.length + waiting.length === 0) idle.resolve();
        });
        const sent = await kernel.send(OWNER, { text: 'hello' });
        await sent.completed;
        await idle.promise;
        stop();
        ok(seen.includes(sent.turn), 'it ran');
        equal([...busy], [true]);
        equal([kernel.queue().running, kernel.queue().waiting], [[], []]);
        equal(kernel.sessions.list()[0]?.busy, false);
      }));

    test('renames and forgets sessions, and knows no other', () =>
      withKernel(async (kernel) => {
        const sent = await kernel.send(OWNER, { text: 'hello' });
        await sent.completed;
        equal(kernel.sessions.rename(sent.session, 'Greetings').title, 'Greetings');
        equal(kernel.sessions.history(sent.session).session.title, 'Greetings');
        await kernel.sessions.remove(sent.session);
        equal(kernel.sessions.list(), []);
        const { session } = sent;
        equal(await failureOf(() => kernel.sessions.history(session)), 'not_found');
        equal(await failureOf(() => kernel.sessions.rename(session, 'x')), 'not_found');
        equal(await failureOf(() => kernel.sessions.remove(session)), 'not_found');
        equal(await failureOf(() => kernel.cancel('trn_000000000000000000000')), 'not_found');
        const no = { decision: 'deny', remember: false } as const;
        equal(await failureOf(() => kernel.decide('apr_000000000000000000000', no)), 'not_found');
      }));

    test('takes nothing more once it is closed, and closes twice', () =>
      withKernel(async (kernel) => {
        await kernel.close(0);
        await kernel.close(0);
        equal(await failureOf(() => kernel.send(OWNER, { text: 'hello' })), 'unavailable');
      }));
  });
};

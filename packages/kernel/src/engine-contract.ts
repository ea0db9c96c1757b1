import type { Engine, EngineEvent, EngineHost, OsTools, Permission, ToolRequest, Verdict } from './engine.ts';

/** What a contract test needs of the engine under test. */
export interface EngineUnderTest {
  readonly engine: Engine;
  /** A message that the engine answers in words only. */
  readonly question: string;
  /** A message upon which it changes the home. */
  readonly order: string;
  /** A message that it is still busy with when it is cancelled. */
  readonly endless: string;
  /** Whether what `order` asks for has been done. */
  done(): Promise<boolean>;
  /** Processes that the engine has started and that still live. */
  processes(): Promise<number[]>;
  close(): Promise<void>;
}

/** The test runner's words, passed in so that nothing but tests depends on it. */
export interface TestWords {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
  equal(actual: unknown, expected: unknown): void;
  ok(value: boolean, what: string): void;
}

const silentOs = (): OsTools => {
  const line = async () => 'done';
  return {
    openWindow: line,
    closeWindow: line,
    notify: line,
    listApps: line,
    installApp: line,
    removeApp: line,
    scheduleJob: line,
    listJobs: line,
    cancelJob: line,
    remember: line,
    recall: line,
    outside: line,
    askApproval: async () => false,
  };
};

/** A host that keeps what it was asked. */
export const createRecordingHost = (
  answer: Permission = { allow: true },
  os: OsTools = silentOs(),
): EngineHost & { readonly asked: ToolRequest[] } => {
  const asked: ToolRequest[] = [];
  const verdict: Verdict = answer.allow ? { decision: 'allow' } : { decision: 'deny', reason: answer.reason };
  return {
    asked,
    os,
    judge: async (request) => {
      if (!answer.allow) asked.push(request);
      return verdict;
    },
    permit: async (request) => {
      asked.push(request);
      return answer;
    },
    explain: () => null,
  };
};

const collect = async (events: AsyncIterable<EngineEvent>): Promise<EngineEvent[]> => {
  const all: EngineEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
};

const CANCEL_MS = 5000;

/** What every engine must do; each implementation runs it against the real thing. */
export const describeEngineContract = (
  name: string,
  open: () => Promise<EngineUnderTest>,
  { describe, test, equal, ok }: TestWords,
): void => {
  const withEngine = async (body: (subject: EngineUnderTest) => Promise<void>): Promise<void> => {
    const subject = await open();
    try {
      await body(subject);
    } finally {
      await subject.close();
    }
  };
  const turn = (text: string, host: EngineHost, context: 'owner' | 'guest' = 'owner') => ({
    text,
    context,
    resume: undefined,
    host,
  });
  const never = new AbortController().signal;

  describe(`the engine contract: ${name}`, () => {
    test('answers with a result, last and once, that holds the text it streamed', () =>
      withEngine(async ({ engine, question, processes }) => {
        const events = await collect(engine.run(turn(question, createRecordingHost()), never));
        const finals = events.filter(({ type }) => type === 'result' || type === 'error');
        const last = events.findLast(({ type }) => type !== 'session');
        equal(finals.length, 1);
        ok(last?.type === 'result' && last.stop === 'done', 'the last event is a result');
        const said = events.map((event) => (event.type === 'text' ? event.delta : '')).join('');
        ok(said !== '', 'it says something');
        ok(last?.type === 'result' && said.includes(last.text.trim()), 'the result is what was said');
        equal(await processes(), []);
      }));

    test('asks before it changes the home, and pairs the start of a tool with its end', () =>
      withEngine(async ({ engine, order, done }) => {
        const host = createRecordingHost();
        const events = await collect(engine.run(turn(order, host), never));
        ok(host.asked.length > 0, 'it has asked');
        ok(await done(), 'it is done');
        const starts = events.filter((event) => event.type === 'tool_start').map(({ id }) => id);
        const ends = events.filter((event) => event.type === 'tool_end').map(({ id }) => id);
        ok(starts.length > 0, 'it tells what it does');
        equal([...ends].sort(), [...starts].sort());
      }));

    test('heeds a no', () =>
      withEngine(async ({ engine, order, done }) => {
        const host = createRecordingHost({ allow: false, reason: 'Not today.' });
        const events = await collect(engine.run(turn(order, host), never));
        ok(host.asked.length > 0, 'it has asked');
        ok(!(await done()), 'nothing is done');
        equal(events.filter(({ type }) => type === 'result' || type === 'error').length, 1);
      }));

    test('does nothing for a stranger', () =>
      withEngine(async ({ engine, order, done }) => {
        const host = createRecordingHost();
        await collect(engine.run(turn(order, host, 'guest'), never));
        equal(host.asked, []);
        ok(!(await done()), 'nothing is done');
      }));

    test('ends soon after it is cancelled, politely, and leaves no process', () =>
      withEngine(async ({ engine, endless, processes }) => {
        const stop = new AbortController();
        const events: EngineEvent[] = [];
        let askedAt = Number.NaN;
        for await (const event of engine.run(turn(endless, createRecordingHost()), stop.signal)) {
          events.push(event);
          if (event.type === 'session' || stop.signal.aborted) continue;
          askedAt = performance.now();
          stop.abort('cancelled');
        }
        const last = events.findLast(({ type }) => type !== 'session');
        ok(last?.type === 'result' && last.stop === 'cancelled', 'the last event is a cancelled result');
        ok(performance.now() - askedAt < CANCEL_MS, 'it ends within 5 s');
        equal(await processes(), []);
      }));

    test('does nothing when it is cancelled before it starts', () =>
      withEngine(async ({ engine, order, done }) => {
        const stopped = AbortSignal.abort('cancelled');
        const events = await collect(engine.run(turn(order, createRecordingHost()), stopped));
        const last = events.at(-1);
        ok(last?.type === 'result' && last.stop === 'cancelled', 'it ends as cancelled');
        ok(!(await done()), 'nothing is done');
      }));

    test('closes twice', () =>
      withEngine(async ({ engine }) => {
        await engine.close();
        await engine.close();
      }));
  });
};

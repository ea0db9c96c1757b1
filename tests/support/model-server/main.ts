import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { demo } from './demo.ts';
import { createModelServer } from './model-server.ts';
import type { Scene } from './script.ts';

/**
 * The model server as a process of its own, for the browser tests and the benchmarks:
 *
 *   node tests/support/model-server/main.ts [--script scenes.json] [--port 0]
 *
 * Prints its URL on standard output. `POST /control/script` takes new scenes, `POST /control/release` `{ gate }` opens a
 * gate, `POST /control/reached` `{ gate }` answers when a stream stands at it, `GET /control/requests` tells what was asked.
 */
const { values } = parseArgs({
  options: { script: { type: 'string' }, port: { type: 'string', default: '0' } },
});

const scenes =
  values.script === undefined ? demo : (JSON.parse(await readFile(values.script, 'utf8')) as Scene[]);

const server = await createModelServer({
  script: scenes,
  port: Number(values.port),
  async control(path, body) {
    const { gate } = (body ?? {}) as { gate?: string };
    if (path === '/control/script') server.script(body as Scene[]);
    else if (path === '/control/release' && gate !== undefined) server.gates.release(gate);
    else if (path === '/control/reached' && gate !== undefined) await server.gates.reached(gate);
    else if (path === '/control/requests') {
      return server.requests.map(({ prompt, step, side, model, tools, abandoned, toolResults }) => ({
        prompt,
        step,
        side,
        model,
        tools,
        abandoned,
        toolResults,
      }));
    } else throw new TypeError(`no such control: ${path}`);
    return {};
  },
});
process.stdout.write(`${server.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());

import { createLogger } from '@matrix-os/kit';
import { createKernel } from './create-kernel.ts';
import type { KernelOptions } from './kernel.ts';
import { OWNER } from './principal.ts';

/** A kernel in a process of its own, to be killed: `node kernel-child.fixture.ts <options> <message>`, both JSON. */
const [options, message] = process.argv.slice(2).map((text) => JSON.parse(text)) as [
  KernelOptions,
  { text: string; session?: string },
];
const kernel = await createKernel({ ...options, log: createLogger({ name: 'child', level: 'fatal' }) });
kernel.events.subscribe((envelope) => process.stdout.write(`${JSON.stringify(envelope)}\n`));
const sent = await kernel.send(OWNER, message);
await sent.completed;
await kernel.close(5000);

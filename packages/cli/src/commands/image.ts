import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '@matrix-os/kit';
import type { Command } from '../command.ts';

export const imageCommand: Command = {
  name: 'image',
  usage: 'image build [options]',
  summary: 'build the appliance: a disk image that boots to the desktop',
  help: `Works in a checkout, on Linux, with mkosi 25 or mmdebstrap. See docs/guides/appliance.md.

  --compress             also write the image compressed, for handing on
  --engine include|omit  whether the Claude Code engine is part of it. Its licence does not allow
                         publishing it: without it, the OS fetches it when it is first needed.
  --output <folder>      where to; .matrix/appliance/output unless told otherwise
  --profile <name>       debug: a root shell on the serial port`,
  async run(args, { packages }) {
    const [verb, ...rest] = args;
    if (verb !== 'build')
      throw new AppError('invalid_input', 'What about the image? The only verb is: matrix image build');
    const script = join(dirname(packages), 'distro', 'mkosi', 'build.sh');
    if (!existsSync(script))
      throw new AppError(
        'not_found',
        `An image is built from a checkout of Matrix OS; ${script} is not there.`,
      );
    const child = spawn(script, rest, { stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    return typeof code === 'number' ? code : 1;
  },
};

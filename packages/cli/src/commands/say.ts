import { AppError } from '@matrix-os/kit';
import type { Command } from '../command.ts';
import { createGatewayClient } from '../gateway-client.ts';

export const sayCommand: Command = {
  name: 'say',
  usage: 'say <words …>',
  summary: 'say something to your OS and print its answer',
  async run(args, { config, out }) {
    const text = args.join(' ').trim();
    if (text === '')
      throw new AppError('invalid_input', 'Say what? For example: matrix say "what can you do?"');
    const answer = await createGatewayClient(config).send(text);
    out(answer.text);
    return 0;
  },
};

import type { Command } from './command.ts';
import { imageCommand } from './commands/image.ts';
import { linkCommand } from './commands/link.ts';
import { proxyCommand } from './commands/proxy.ts';
import { sayCommand } from './commands/say.ts';
import { statusCommand } from './commands/status.ts';
import { upCommand } from './commands/up.ts';

const COMMANDS: readonly Command[] = [
  upCommand,
  linkCommand,
  statusCommand,
  sayCommand,
  proxyCommand,
  imageCommand,
];

export const helpText = (): string => {
  const width = Math.max(...COMMANDS.map((command) => command.usage.length));
  const lines = COMMANDS.map((command) => `  ${command.usage.padEnd(width)}  ${command.summary}`);
  return `Usage: matrix <command>\n\n${lines.join('\n')}\n\n  matrix <command> --help tells more.`;
};

/** What to do for a command line: print `help`, run `command`, or say that there is no such thing. */
export const findCommand = (
  name: string | undefined,
  args: readonly string[],
): { command?: Command; help?: string } => {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h')
    return { help: helpText() };
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) return {};
  if (!args.includes('--help') && !args.includes('-h')) return { command };
  const more = command.help === undefined ? '' : `\n\n${command.help}`;
  return { help: `Usage: matrix ${command.usage}\n\n${command.summary}${more}` };
};

import { z } from 'zod';
import { cliConfig } from '../packages/cli/src/config.ts';
import { gatewayConfig } from '../packages/gateway/src/config.ts';
import { proxyConfig } from '../packages/proxy/src/config.ts';
import { shellConfig } from '../packages/shell/src/server/config.ts';

const PROCESSES = [
  { title: 'Gateway', about: 'The home, the kernel and the API.', schema: gatewayConfig },
  { title: 'Desktop', about: 'The pages, and the way from them to the gateway.', schema: shellConfig },
  {
    title: 'LLM proxy',
    about: 'Keys, ledger and quotas for many OSes: `matrix proxy`.',
    schema: proxyConfig,
  },
  { title: 'Command line', about: '`matrix` itself.', schema: cliConfig },
];

interface Property {
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly secret?: boolean;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const rowOf = (name: string, property: Property): string => {
  // A description may name the default itself, where it is worked out at run time.
  const said = property.description?.includes('Default:') === true;
  const plain = typeof property.default === 'string' || typeof property.default === 'number';
  const value = plain && property.default !== '' && !said ? `\`${property.default}\`` : '';
  const file = property.secret === true ? `, \`${name}_FILE\`` : '';
  return `| \`${name}\`${file} | ${cell(value)} | ${cell(property.description ?? '')} |`;
};

const SECRETS = `A secret, which has a \`…_FILE\` beside it here, is better not set itself: a process's environment can be read as long as it
runs, by whoever runs as the same user. Either name a file that holds the value (\`ANTHROPIC_API_KEY_FILE=/path\`; \`/dev/fd/3\`
is what the parent process opened), or give \`CREDENTIALS_DIRECTORY\`, a folder whose file \`ANTHROPIC_API_KEY\` holds it, as systemd
does. A newline at the end does not count. Given in two ways, it is refused.
`;

/** The reference of every variable, from the schemas that read them. */
export const configReference = (): string => {
  const sections = PROCESSES.map(({ title, about, schema }) => {
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    const rows = Object.entries(json.properties ?? {}).map(([name, property]) =>
      rowOf(name, property as Property),
    );
    return `## ${title}\n\n${about}\n\n| variable | default | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Configuration\n\nWritten by \`npm run docs\` from the schemas; an empty variable counts as unset.\n\n${SECRETS}\n${sections.join('\n')}`;
};

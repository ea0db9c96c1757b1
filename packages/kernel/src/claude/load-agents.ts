import type { AgentDefinition } from '@anthropic-ai/claude-agent-sdk';
import { type Logger, messageOf } from '@matrix-os/kit';
import { listHomeFolder, readHomeFile } from '../home/home-file.ts';

const MAX_AGENTS = 50;
const MAX_AGENT_BYTES = 100_000;

/** `---`, lines of `key: value`, `---`, then the prompt. Undefined without a description or a prompt. */
export const parseAgent = (
  markdown: string,
  fallbackName: string,
): { name: string; definition: AgentDefinition } | undefined => {
  const found = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---\r?\n?([\s\S]*)$/.exec(markdown);
  if (found === null) return undefined;
  const fields = new Map<string, string>();
  for (const line of (found[1] ?? '').split(/\r?\n/)) {
    const pair = /^([a-z]+):\s*(.*)$/i.exec(line);
    if (pair !== null) {
      fields.set((pair[1] ?? '').toLowerCase(), (pair[2] ?? '').trim().replace(/^(["'])(.*)\1$/, '$2'));
    }
  }
  const prompt = (found[2] ?? '').trim();
  const description = fields.get('description') ?? '';
  const name = fields.get('name') ?? fallbackName;
  if (prompt === '' || description === '' || !/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) return undefined;
  const tools = (fields.get('tools') ?? '')
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((tool) => tool.trim())
    .filter((tool) => tool !== '');
  const model = fields.get('model');
  return {
    name,
    definition: {
      description,
      prompt,
      ...(tools.length === 0 ? {} : { tools }),
      ...(model === undefined || model === '' ? {} : { model }),
    },
  };
};

/** The sub-agents of this home, from `agents/*.md`. One that can't be read is left out with a warning. */
export const loadAgents = async (home: string, log: Logger): Promise<Record<string, AgentDefinition>> => {
  const names = (await listHomeFolder(home, 'agents').catch(() => []))
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.md') && !name.startsWith('.') && name.toLowerCase() !== 'readme.md');
  if (names.length > MAX_AGENTS)
    log.warn({ agents: names.length, used: MAX_AGENTS }, 'there are too many agents; the first are used');
  const agents: Record<string, AgentDefinition> = {};
  for (const name of names.slice(0, MAX_AGENTS)) {
    const file = `agents/${name}`;
    try {
      const content = await readHomeFile(home, file, { maxBytes: MAX_AGENT_BYTES });
      const agent = parseAgent(content?.toString('utf8') ?? '', name.slice(0, -'.md'.length));
      if (agent === undefined) log.warn({ file }, 'not an agent: it needs a description and a text');
      else agents[agent.name] = agent.definition;
    } catch (error) {
      log.warn({ file, reason: messageOf(error) }, 'an agent can not be read');
    }
  }
  return agents;
};

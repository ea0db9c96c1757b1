import { relative, sep } from 'node:path';
import type { Autonomy } from '@matrix-os/contracts';
import type { ToolRequest } from '../engine.ts';
import { refuseCommand } from './command-guard.ts';
import type { Places } from './places.ts';
import { effectsOf } from './tool-effects.ts';

/** What the owner is asked. */
export interface Question {
  readonly tool: string;
  readonly summary: string;
  readonly detail: string;
  readonly rememberAs: string | null;
}

export type Ruling =
  | { readonly decision: 'deny'; readonly reason: string }
  | { readonly decision: 'allow'; readonly changes: Changes }
  | { readonly decision: 'ask'; readonly changes: Changes; readonly question: Question };

/** Paths of the home (relative) that the tool will write, or `unknown` when nobody can tell beforehand. */
export type Changes = 'none' | 'unknown' | readonly string[];

const MAX_REMEMBERED_CHARACTERS = 2000;

const firstLine = (text: string): string => {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > 120 || line !== text.trim() ? `${line.slice(0, 120)}…` : line;
};

/** What a tool call may do. Refusals hold for everyone; the rest is as free as the owner has set it. */
export const rule = async (
  request: ToolRequest,
  facts: { places: Places; autonomy: Autonomy; remembers: (rule: string) => boolean },
): Promise<Ruling> => {
  const { places, autonomy, remembers } = facts;
  const cwd = request.cwd ?? places.home;
  const effects = effectsOf(request);
  const questions: Question[] = [];
  const ask = (summary: string, detail: string, remember: string): void => {
    const rememberAs = remember.length > MAX_REMEMBERED_CHARACTERS ? null : remember;
    if (rememberAs === null || !remembers(rememberAs)) {
      questions.push({ tool: request.name, summary, detail, rememberAs });
    }
  };

  const written: string[] = [];
  for (const access of ['read', 'write'] as const) {
    for (const path of access === 'read' ? effects.reads : effects.writes) {
      const place = await places.locate(path, cwd, access);
      if (place.refused !== null) return { decision: 'deny', reason: place.refused };
      if (place.inHome && access === 'write')
        written.push(relative(places.home, place.path).split(sep).join('/'));
      if (place.inHome || place.own) continue;
      if (access === 'read') ask(`Read ${place.path}`, place.path, `Read: ${place.path}`);
      else
        ask(
          `Write ${place.path}, outside your home`,
          detailOfWrite(place.path, request),
          `Write: ${place.path}`,
        );
    }
  }
  if (effects.command !== undefined) {
    const refused = refuseCommand(effects.command, cwd, places);
    if (refused !== null) return { decision: 'deny', reason: refused };
    // The same words in another folder are another command.
    const folder = relative(places.home, cwd);
    const where = folder === '' ? '' : ` (in ${folder})`;
    ask(`Run: ${firstLine(effects.command)}`, effects.command, `Bash: ${effects.command}${where}`);
  }
  if (effects.host !== undefined) {
    ask(`Read from ${effects.host}`, String(request.input.url ?? effects.host), `WebFetch: ${effects.host}`);
  }
  if (!effects.known) {
    ask(`Use ${request.name}`, JSON.stringify(request.input, undefined, 2), `Tool: ${request.name}`);
  }

  const changes: Changes = !effects.changes ? 'none' : effects.writes.length > 0 ? written : 'unknown';
  const [question] = questions;
  return question === undefined || autonomy === 'free'
    ? { decision: 'allow', changes }
    : { decision: 'ask', changes, question };
};

const detailOfWrite = (path: string, { input }: ToolRequest): string => {
  const text = input.content ?? input.new_string ?? input.new_source;
  return typeof text === 'string' ? `${path}\n\n${text}` : path;
};

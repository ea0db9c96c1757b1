import { relative, sep } from 'node:path';
import type { Autonomy } from '@matrix-os/contracts';
import type { ToolRequest } from '../engine.ts';
import { OUTSIDE_TOOL, readOutsideRequest } from '../tools/outside-request.ts';
import type { Wall } from '../wall/wall.ts';
import { explainCommand } from './command-guard.ts';
import type { Places } from './places.ts';
import {
  contentsRun,
  firstLine,
  MAX_DETAIL,
  type Question,
  question,
  ruleFor,
  runsUnnamed,
} from './questions.ts';
import { effectsOf } from './tool-effects.ts';

export type Ruling =
  | { readonly decision: 'deny'; readonly reason: string }
  | ({ readonly decision: 'allow' } & Consequences)
  /** Every one of them needs a yes. */
  | ({ readonly decision: 'ask'; readonly questions: readonly Question[] } & Consequences);

interface Consequences {
  readonly changes: Changes;
  /** Whether the turn knows more than the home afterwards: then it asks before it sends. */
  readonly readsOutside: boolean;
}

/** Paths of the home (relative) that the tool will write, or `unknown` when nobody can tell beforehand. */
export type Changes = 'none' | 'unknown' | readonly string[];

export interface PolicyFacts {
  readonly places: Places;
  readonly autonomy: Autonomy;
  /** Undefined where the machine has none: then the owner's yes is what there is, and more is asked. */
  readonly wall: Wall | undefined;
  readonly remembers: (rule: string) => boolean;
  /** Whether the turn has read something outside of the home. */
  readonly hasReadOutside: boolean;
}

const TOO_LONG = `A command of more than ${MAX_DETAIL} characters can't be shown to the owner. Write it into a file of the home and run that.`;

const behindTheWall = (path: string, access: string): string =>
  `"${path}" lies outside of what this turn may ${access}. If the owner's task needs it, call ${OUTSIDE_TOOL} with a command and this path: it asks the owner.`;

const aboveTheState = (path: string): string =>
  `"${path}" holds the system's own state, with the owner's keys. Search a smaller folder.`;

/** What a tool call may do. Refusals hold for everyone; the rest is as free as the owner has set it. */
export const rule = async (request: ToolRequest, facts: PolicyFacts): Promise<Ruling> => {
  const { places, autonomy, wall, remembers, hasReadOutside } = facts;
  const cwd = request.cwd ?? places.home;
  const effects = effectsOf(request);
  const asked: Question[] = [];
  /** `sends`: it can carry away what the turn has read, so an older yes does not count once there is something to carry. */
  const ask = (one: Question, { always = false, sends = false } = {}): void => {
    if (autonomy === 'free' && !always) return;
    const remembered = one.rememberAs !== null && remembers(one.rememberAs);
    if (!remembered || (sends && hasReadOutside && autonomy === 'ask')) asked.push(one);
  };
  const warned = (summary: string): string =>
    hasReadOutside ? `${summary} (this turn has read something outside of your home)` : summary;

  const written: string[] = [];
  let readsOutside = false;
  for (const access of ['read', 'write'] as const) {
    for (const given of access === 'read' ? effects.reads : effects.writes) {
      const place = await places.locate(given, cwd, access);
      if (place.refused !== null) return { decision: 'deny', reason: place.refused };
      const inside = relative(places.home, place.path).split(sep).join('/');
      if (place.inHome && access === 'write') written.push(inside);
      if (place.steers && access === 'write') {
        const name = place.inHome ? inside : place.path;
        // Each time: what is written there decides what later turns do.
        ask({
          ...write(`Change ${name}, which steers the system`, place.path, request),
          rememberAs: null,
        });
        continue;
      }
      if (place.inHome || place.own) continue;
      if (effects.searches && places.touchesState(place.path))
        return { decision: 'deny', reason: aboveTheState(place.path) };
      // The engine itself is behind the wall: a yes would not open anything to it.
      if (wall !== undefined && (access === 'write' || !wall.readsSystem(place.path)))
        return { decision: 'deny', reason: behindTheWall(place.path, access) };
      readsOutside ||= access === 'read';
      if (access === 'write')
        ask(write(`Write ${place.path}, outside your home`, place.path, request), { always: true });
      else {
        const [tool, detail] = [request.name, place.path];
        ask(
          question({
            tool,
            summary: `Read ${detail}`,
            detail,
            rememberAs: ruleFor('Read', detail, [detail]),
          }),
          { always: true },
        );
      }
    }
  }

  if (effects.command !== undefined) {
    const { command } = effects;
    const refused = wall === undefined ? explainCommand(command, cwd, places) : null;
    if (refused !== null) return { decision: 'deny', reason: refused };
    if (autonomy === 'ask' && command.length > MAX_DETAIL) return { decision: 'deny', reason: TOO_LONG };
    const folder = relative(places.home, cwd);
    const label = folder === '' ? command : `${command} (in ${folder})`;
    ask(
      question({
        tool: request.name,
        summary: warned(`Run: ${firstLine(command)}`),
        detail: folder === '' ? command : `${command}\n\n(in ${JSON.stringify(folder)})`,
        rememberAs: runsUnnamed(command)
          ? null
          : ruleFor('Bash', label, [command, cwd, await contentsRun(command, cwd, places.home)]),
      }),
      { sends: true },
    );
    readsOutside ||= wall === undefined;
  }

  if (request.name === OUTSIDE_TOOL) {
    const outside = await readOutsideRequest(request.input, places);
    if ('refused' in outside) return { decision: 'deny', reason: outside.refused };
    const { command, read, write: written } = outside;
    const opened = [...read.map((path) => `read  ${path}`), ...written.map((path) => `write ${path}`)];
    const detail = `This opens, for one command only:\n${opened.join('\n')}\n\n${command}`;
    if (detail.length > MAX_DETAIL) return { decision: 'deny', reason: TOO_LONG };
    const summary = warned(`Run outside of your home: ${firstLine(command)}`);
    // For once: what the command does out there may be another thing the next time.
    ask(question({ tool: request.name, summary, detail, rememberAs: null }), { always: true });
    readsOutside = true;
  }

  if (effects.network !== undefined) {
    const { summary, detail, remember } = effects.network;
    const [tool, rememberAs] = [request.name, ruleFor(request.name, remember, [remember])];
    ask(question({ tool, summary: warned(summary), detail, rememberAs }), { sends: true });
  }
  if (!effects.known) {
    const detail = JSON.stringify(request.input, undefined, 2);
    const [tool, rememberAs] = [request.name, ruleFor('Tool', request.name, [request.name])];
    ask(question({ tool, summary: `Use ${request.name}`, detail, rememberAs }), { sends: true });
  }

  const changes: Changes = !effects.changes ? 'none' : effects.writes.length > 0 ? written : 'unknown';
  return asked.length === 0
    ? { decision: 'allow', changes, readsOutside }
    : { decision: 'ask', changes, readsOutside, questions: asked };
};

const write = (summary: string, path: string, { name, input }: ToolRequest): Question => {
  const text = input.content ?? input.new_string ?? input.new_source;
  const detail = typeof text === 'string' ? `${path}\n\n${text}` : path;
  return question({
    tool: name,
    summary,
    detail,
    rememberAs: ruleFor('Write', `any change of ${path}`, [path]),
  });
};

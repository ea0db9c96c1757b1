import type { EngineEvent } from '../../engine.ts';
import { type Action, type ActionContext, answering } from '../context.ts';
import type { IntentName } from '../intent.ts';
import { type AppMatch, type Candidate, candidatesOf, matchApps } from '../match-apps.ts';
import { useTool } from '../use-tool.ts';
import { joinWords, NOT_UNDERSTOOD } from './phrases.ts';

const candidates = async ({ apps }: ActionContext): Promise<Candidate[]> => candidatesOf(await apps.list());

/** The apps that are meant: one, or several joined with "and" when each part means one. */
const resolve = (what: string, among: readonly Candidate[]): { meant: Candidate[]; match: AppMatch } => {
  const whole = matchApps(what, among);
  const parts = what.split(/\s*(?:,|&|\band\b|\bplus\b)\s*/i).filter((part) => part !== '');
  if (parts.length > 1) {
    const each = parts.map((part) => matchApps(part, among).best);
    const found = each.filter((one) => one !== undefined);
    if (found.length === parts.length && new Set(found).size === found.length)
      return { meant: found, match: whole };
  }
  return { meant: whole.best ? [whole.best] : [], match: whole };
};

const whichOf = (match: AppMatch): string =>
  `Do you mean ${joinWords(
    match.either.map((app) => app.title),
    'or',
  )}? Please name one.`;

const offerOf = (among: readonly Candidate[]): string => {
  const offers = among.filter((app) => !app.installed).map((app) => app.title);
  return offers.length > 0
    ? `In the gallery there are ${joinWords(offers, 'and')}.`
    : 'You have all the apps of the gallery.';
};

async function* open(context: ActionContext, app: Candidate): AsyncGenerator<EngineEvent, void> {
  const tool = { name: 'mcp__os__open_window', input: { app: app.name }, summary: `Opening ${app.title}` };
  yield* useTool(context, tool, () => context.host.os.openWindow(app.name));
}

async function* install(context: ActionContext, app: Candidate): AsyncGenerator<EngineEvent, void> {
  const tool = {
    name: 'mcp__os__install_app',
    input: { name: app.name },
    summary: `Installing ${app.title}`,
    done: `Installed ${app.title} in apps/${app.name}`,
  };
  yield* useTool(context, tool, () => context.host.os.installApp(app.name));
}

const make: Action = async function* make({ what = '' }, context) {
  const among = await candidates(context);
  const { meant, match } = resolve(what, among);
  if (match.either.length > 0 && meant.length === 0) return whichOf(match);
  if (meant.length === 0) return cannotMake(what, among);
  const answers: string[] = [];
  for (const app of meant) {
    if (!app.installed) yield* install(context, app);
    if (app.problem !== null) {
      answers.push(`${app.title} is installed, but it can't open: ${app.problem}`);
      continue;
    }
    yield* open(context, app);
    answers.push(
      app.installed
        ? `You have ${app.title} already; I opened it.`
        : `${app.title} is ready: its files are in apps/${app.name}, and its window is open.`,
    );
  }
  return answers.join('\n');
};

/** Something to build, or something else altogether that began with the same word. */
const cannotMake = (what: string, among: readonly Candidate[]): string =>
  /\b(?:app|application|game|list|tracker|board|calculator|program|tool|website|site|page|planner|player|editor|converter|viewer|dashboard|clock)s?\b/i.test(
    what,
  )
    ? `The gallery has nothing like “${what}”, and I can't build new apps: I'm the built-in helper, not an AI. ` +
      `${offerOf(among)} With an API key in Settings → Engine, apps that nobody has made yet can be built for you.`
    : NOT_UNDERSTOOD;

const openApp: Action = async function* openApp({ what = '' }, context) {
  const among = await candidates(context);
  const installed = resolve(
    what,
    among.filter((app) => app.installed),
  );
  const { meant, match } = installed.meant.length > 0 ? installed : resolve(what, among);
  if (match.either.length > 0 && meant.length === 0) return whichOf(match);
  const [missing] = meant.filter((app) => !app.installed);
  if (missing)
    return `${missing.title} isn't installed yet. Say “install ${missing.title}” and I'll get it from the gallery.`;
  if (meant.length === 0) return `I know no app like “${what}”. Say “list apps” to see what there is.`;
  const answers: string[] = [];
  for (const app of meant) {
    if (app.problem === null) yield* open(context, app);
    answers.push(app.problem === null ? `${app.title} is open.` : `${app.title} can't open: ${app.problem}`);
  }
  return answers.join('\n');
};

const close: Action = async function* close({ what = '' }, context) {
  const { meant } = resolve(
    what,
    (await candidates(context)).filter((app) => app.installed),
  );
  if (meant.length === 0) return `I know no open app like “${what}”.`;
  for (const app of meant) {
    const tool = { name: 'mcp__os__close_window', input: { app: app.name }, summary: `Closing ${app.title}` };
    yield* useTool(context, tool, () => context.host.os.closeWindow(app.name));
  }
  return `${joinWords(
    meant.map((app) => app.title),
    'and',
  )} ${meant.length > 1 ? 'are' : 'is'} closed.`;
};

const remove: Action = async function* remove({ what = '', unsure }, context) {
  const { meant, match } = resolve(
    what,
    (await candidates(context)).filter((app) => app.installed),
  );
  if (meant.length === 0 && match.either.length > 0) return whichOf(match);
  if (meant.length === 0)
    return `No app like “${what}” is installed, so nothing was removed. To delete a file, say its name, such as “delete documents/old.md”.`;
  const titles = joinWords(
    meant.map((app) => app.title),
    'and',
  );
  if (unsure)
    return `To be sure: say “remove the ${titles} app” to put it and all it holds into the bin. Nothing was deleted.`;
  for (const app of meant) {
    const tool = {
      name: 'mcp__os__remove_app',
      input: { name: app.name },
      summary: `Moving ${app.title} to the bin`,
      done: `${app.title} is in the bin`,
    };
    yield* useTool(context, tool, () => context.host.os.removeApp(app.name));
  }
  return `${titles} ${meant.length > 1 ? 'are' : 'is'} in the bin, data included. Say “restore ${meant[0]?.name}” to get it back.`;
};

const list = answering(async (_slots, context) => {
  const among = await candidates(context);
  const line = (app: Candidate): string => `- ${app.title}: ${app.problem ?? app.description}`;
  const installed = among.filter((app) => app.installed).map(line);
  const offered = among.filter((app) => !app.installed).map(line);
  const parts = [
    installed.length > 0 ? `Installed:\n${installed.join('\n')}` : 'No app is installed yet.',
    offered.length > 0
      ? `In the gallery, ready to install:\n${offered.join('\n')}`
      : 'You have all the apps of the gallery.',
  ];
  return parts.join('\n\n');
});

const suggest = answering(async ({ what = '' }, context) => {
  const match = matchApps(what, await candidates(context));
  const apps = match.best ? [match.best] : match.either;
  if (apps.length === 0) return NOT_UNDERSTOOD;
  return apps.map(describe).join('\n');
});

const describe = (app: Candidate): string =>
  `${app.title}: ${app.description} ${
    app.installed
      ? `You have it: say “open ${app.title}”.`
      : `It is in the gallery: say “install ${app.title}”.`
  }`;

export const APP_ACTIONS = {
  make_app: make,
  open_app: openApp,
  close_app: close,
  remove_app: remove,
  list_apps: list,
  suggest_app: suggest,
  about_app: suggest,
} as const satisfies Partial<Record<IntentName, Action>>;

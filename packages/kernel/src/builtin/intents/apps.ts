import { type Rule, rule, type Slots } from '../intent.ts';

// Whatever is asked for, without the words that only wrap it.
const bare = (slots: Slots): Slots | undefined => {
  const what = (slots.what ?? '')
    .replace(
      /\s+(?:for me|for us|from the gallery|from the store|right now|now|again|asap|on my (?:desktop|home|computer))$/i,
      '',
    )
    .replace(/^(?:(?:a|an|the|my|our|some|another|new|up|that|this|installed|me)\s+)+/i, '')
    .replace(/\s+(?:app|application|window)s?$/i, '')
    .trim();
  return what === '' ? undefined : { ...slots, what };
};

const WANT = "(?:i|we)(?:'d| would)? (?:need|want|like|love|could use)(?: to have)?";

// "A summary of my notes" is no wish for Notes.
const wanted = (slots: Slots): Slots | undefined =>
  /^(?:(?:an?|the|some|my) )?(?:\w+ )?(?:summary|copy|backup|overview|picture|photo|poem|story|song|joke|essay|e-?mail|letter|report|table|chart|speech|recipe)s? (?:of|about|from|on|for|to|with)\b/i.test(
    slots.what ?? '',
  )
    ? undefined
    : bare(slots);

export const APP_RULES: readonly Rule[] = [
  rule(
    'list_apps',
    '(?:list|show|see|view|tell|give)(?: me)? (?:all )?(?:of )?(?:the |my |your |available |installed )*(?:apps|applications|programs|gallery|app store|app gallery)(?: .*)?',
  ),
  rule(
    'list_apps',
    "(?:what|which) (?:other |more |kinds? of )*(?:apps|applications|programs)(?: .*)?|what(?:'s| is)(?: there)? in the (?:gallery|app store|store)|(?:my |the |all )?(?:apps|gallery|app store)|what can i install|(?:open|browse) the (?:app )?(?:gallery|store)|do (?:i|you) have (?:any )?apps(?: .*)?",
  ),
  rule('about_app', '(?:tell me |explain(?: to me)? )?what (?<what>.+?) (?:is|are|does|do)(?: for)?', bare),
  rule(
    'about_app',
    "(?:what(?:'s| is| are| does)|tell me (?:more )?about|describe|explain|what can i do with|how does|show me how) (?<what>.+?)(?: do| work| works| for| good for)?",
    bare,
  ),
  rule(
    'suggest_app',
    '(?:is there|do you have|have you got|are there|got|do we have) (?:an? |any |some )?(?:apps? |tools? |programs? |something |anything )*(?:for |to |that |which |about |can )*(?<what>.+)',
    bare,
  ),
  rule(
    'suggest_app',
    '(?:which|what) (?:app|tool|program) (?:can |is |should |could |would |do |lets |helps |for )*(?:i |me |you |we )?(?:use |recommend |suggest |take |need |good )*(?:for |to )?(?<what>.+)',
    bare,
  ),
  rule(
    'suggest_app',
    "(?:how (?:can|could|do|should|would) i|i (?:want|need|have|would like|wish) to|i'd like to) (?<what>.+)",
    bare,
  ),
  rule('close_app', '(?:close|quit|exit|hide|minimi[sz]e) (?<what>.+)', bare),
  rule(
    'remove_app',
    '(?<verb>remove|uninstall|delete|get rid of|throw away|throw out|trash|drop|bin|ditch|erase|take away|deinstall) (?<what>.+)',
    (slots) => {
      const found = bare(slots);
      if (found === undefined) return undefined;
      const { verb = '', ...rest } = found;
      // "Delete my notes" may well mean what is in them.
      const unsure =
        /^(?:delete|erase)/i.test(verb) &&
        /^(?:all )?(?:of )?my\b/i.test(slots.what ?? '') &&
        !/\bapp\b/i.test(slots.what ?? '');
      return unsure ? { ...rest, unsure: 'yes' } : rest;
    },
  ),
  rule(
    'make_app',
    '(?:install|download|set up|setup|re-?install|get|add|put)(?: me| us)? (?<what>.+)',
    wanted,
  ),
  rule(
    'make_app',
    '(?:make|build|create|generate|code|design|develop|program|write|give|prepare|whip up)(?: me| us)? (?<what>.+)',
    wanted,
  ),
  rule(
    'make_app',
    `${WANT} (?<what>(?:something|anything|somewhere|an? (?:place|way|tool|app|program)) .+|(?:an? |the |my |some )?.*\\b(?:app|list|tracker|board|planner|calendar|timer|notebook|notepad|whiteboard|diary|journal))`,
    wanted,
  ),
  // "I need a break" is a wish, but not for an app.
  rule('suggest_app', `${WANT} (?<what>.+)`, bare),
  rule('make_app', '(?:can|could|may) i (?:have|get) (?<what>.+)', wanted),
  rule(
    'open_app',
    '(?:open|launch|start|run|go to|bring up|pull up|fire up|switch to|show|load|view|use)(?: me| up)? (?<what>.+)',
    bare,
  ),
  rule('open_app', '(?<what>\\S+) app', bare),
];

import { type Rule, rule, type Slots } from '../intent.ts';
import { splitWhen } from '../split-when.ts';

const THINGS = '(?:reminders?|timers?|alarms?|jobs?|schedules?|countdowns?|scheduled (?:jobs?|tasks?))';
const MY = '(?:the |my |all |any |every |of |those |these |that |this )*';

/** What to say and when, told apart; `task` is empty for a bare timer. Undefined without a time. */
const withTime = (text: string, kind: string): Slots | undefined => {
  const { when, rest } = splitWhen(text);
  if (when === '') return undefined;
  const task = rest
    .replace(/^[\s,:-]+|[\s,:-]+$/g, '')
    .replace(/^(?:for|and|of)\s+(?=\S)/i, '')
    .replace(/^(?:to|that|about|called|named|saying|it's|for)\b:?\s*/i, '')
    .replace(/^(?:for|a|an|the|up)$/i, '');
  return task === '' ? { kind, when } : { kind, when, task };
};

const fromRest =
  (kind: string) =>
  (slots: Slots): Slots | undefined =>
    withTime([slots.pre, slots.rest].filter(Boolean).join(' '), kind);

export const SCHEDULE_RULES: readonly Rule[] = [
  rule('list_jobs', `(?:list|show|see|view|tell|give)(?: me)? ${MY}${THINGS}`),
  rule(
    'list_jobs',
    `(?:what|which|how many)(?:'s|'re)?(?: are| is)? ${MY}(?:${THINGS} )?(?:is |are |do i have |have i )?(?:currently |already )?(?:scheduled|set|running|planned|coming up|active)(?: up| for .*| today| tomorrow| right now| now)?`,
  ),
  rule(
    'list_jobs',
    `(?:what|which|how many) ${MY}${THINGS}(?: .*)?|(?:do|have) i (?:have|got|set) (?:any )?${THINGS}(?: .*)?|(?:my |any )${THINGS}(?: set| running)?|what(?:'s| is| are) (?:on )?my (?:schedule|reminders|timers|jobs|alarms)`,
  ),
  rule(
    'cancel_job',
    `(?:stop|quit|cancel) (?:reminding|telling|notifying|pinging) me(?: to| about| that| of)? (?<which>.+)`,
  ),
  rule(
    'cancel_job',
    `(?:cancel|stop|delete|remove|clear|turn off|switch off|drop|kill|end|get rid of|forget) (?<all>all |every )?(?:of )?(?:the |my |that |this |those )*(?:(?<which>.+?) )?${THINGS}(?: (?:about|for|to|called|named|at|that says) (?<about>.+))?`,
    (slots) => ({
      which: slots.about ?? slots.which ?? '',
      ...(slots.all === undefined ? {} : { all: 'yes' }),
    }),
  ),
  rule(
    'remind',
    '(?:(?:set|create|make|add)(?: me)? (?:a |an |the |another )?)?(?:reminder|remind me):? (?<rest>.+)',
    (slots) => {
      const rest = slots.rest ?? '';
      return (
        withTime(rest, 'reminder') ??
        (/^(?:to|that|about|of) /i.test(rest)
          ? { kind: 'reminder', task: rest.replace(/^\S+\s+/, '') }
          : undefined)
      );
    },
  ),
  rule(
    'remind',
    "(?:remember|don't (?:let me )?forget|do not (?:let me )?forget|dont (?:let me )?forget) to (?<rest>.+)",
    fromRest('reminder'),
  ),
  rule(
    'remind',
    '(?<pre>(?:every|each|daily|weekly|hourly|monthly|tomorrow|tonight|today|this|next|at|on|in|from) .*?|daily|tomorrow|tonight) (?:remind|tell|notify|ping|alert|nudge|ask) me(?: to| that| about| of)? (?<rest>.+)',
    fromRest('reminder'),
  ),
  rule(
    'remind',
    '(?<pre>(?:every|each|daily|weekly|hourly|tomorrow|at|on|in) .*?) (?:wake me)(?: up)?(?<rest> .+)?',
    fromRest('alarm'),
  ),
  rule(
    'remind',
    '(?<pre>(?:every|each|daily|weekly|hourly|at) .*?) (?:say|show|post)(?: me)? (?<rest>.+)',
    fromRest('reminder'),
  ),
  rule(
    'remind',
    '(?:tell|notify|ping|alert|nudge) me (?<rest>(?:.+ )?(?:to|that|about) .+)',
    fromRest('reminder'),
  ),
  rule('remind', 'wake me(?: up)? (?<rest>.+)', fromRest('alarm')),
  rule(
    'remind',
    '(?:set|start|create|make|put|add|run|schedule)?(?: up| on)?(?: me)? ?(?:a |an |the |another |my )*(?<pre>.*?) ?(?<what>timer|alarm|countdown|reminder)(?<rest> .+)?',
    (slots, plain) =>
      / app\b/.test(plain) ? undefined : fromRest((slots.what ?? 'timer').toLowerCase())(slots),
  ),
  rule('remind', '(?:set|start) (?:a |an |the )?(?<what>timer|alarm|reminder|countdown)', (slots) => ({
    kind: (slots.what ?? 'timer').toLowerCase(),
  })),
  rule('remind', '(?:schedule|plan) (?<rest>.+)', fromRest('reminder')),
  rule('remind', 'remind me (?<task>.+)', (slots) => ({ kind: 'reminder', ...slots })),
  rule('remind', 'schedule (?:a |an |the |my )*(?<task>.+)', (slots) => ({ kind: 'reminder', ...slots })),
];

import { type Rule, rule } from '../intent.ts';

const ASK = "(?:(?:show|check|give|tell)(?: me)?|what(?:'s| is| are)|how(?:'s| is| are))";

export const SYSTEM_RULES: readonly Rule[] = [
  rule(
    'time',
    "(?:what(?:'s| is) the (?:current )?(?:time|date|day)|what (?:time|day|date) is (?:it|today)|what(?:'s| is) today(?:'s date)?|(?:the )?(?:time|date)|today's date|tell me the (?:time|date))(?: today| now| right now)?",
  ),
  rule(
    'status',
    `(?:${ASK} )?(?:the |my |your )*(?:system|os|machine|computer|server|disk|memory|ram|storage|matrix)?(?:'s)? ?(?:status|stats|health|info|information|usage)(?: report| of .+)?`,
  ),
  rule('status', `${ASK} (?:the |my )?(?:system|machine|computer|server)(?: doing| running| feeling)?`),
  rule('status', '(?:how|what) (?:much|amount of) (?:free |disk |storage |memory |ram |space )+.*'),
  rule(
    'status',
    "(?:what|which) version .*|(?:your |the )?version|uptime|what(?:'s| is) (?:the |your )(?:version|uptime)",
  ),
  rule(
    'status',
    'is (?:everything|the system|all) (?:ok|okay|fine|alright|working|running|good)|(?:free )?disk space',
  ),
];

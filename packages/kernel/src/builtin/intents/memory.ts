import { type Rule, rule } from '../intent.ts';

export const MEMORY_RULES: readonly Rule[] = [
  rule(
    'recall',
    '(?:what|who|when|where) (?:do|did) (?:you|i) (?:remember|know|tell you|say)(?: about (?<query>.+))?|do you (?:remember|know)(?: anything| something)?(?: about)? (?<also>.+)',
    (slots) => ({
      query: slots.query ?? slots.also ?? '',
    }),
  ),
  rule(
    'recall',
    "(?:recall|show (?:me )?(?:my|your) memory|what(?:'s| is) in your memory)(?: (?:about )?(?<query>.+))?",
    (slots) => ({
      query: slots.query ?? '',
    }),
  ),
  rule('recall', "(?:who|when|what)(?:'s| is| are) my (?<query>.+)"),
  rule('forget_help', '(?:forget|unlearn) (?:about |that |what |everything|all |my |the ).*'),
  rule(
    'remember',
    "(?:remember|memori[sz]e|keep in mind|don't forget|do not forget|dont forget|learn):?(?: that)? (?<text>(?!to ).+)",
  ),
];

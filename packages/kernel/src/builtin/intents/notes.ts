import { type Rule, rule } from '../intent.ts';

const MAKE = '(?:take|make|write|add|leave|create|save|start|new)(?: me| down| up)?';
const ARTICLES = '(?:a |an |the |my |new |quick |another |short )*';

export const NOTE_RULES: readonly Rule[] = [
  rule(
    'note_add',
    `(?:${MAKE} )?${ARTICLES}note (?:called|named|titled) (?<name>.+?)(?:(?::| with| saying| that says| containing)(?: the text)? (?<text>.+))?`,
    (slots) => ({
      ...slots,
      // A colon ends the name and stays on its last word.
      name: (slots.name ?? '').replace(/:$/, ''),
    }),
  ),
  rule('note_add', `(?:${MAKE} )?${ARTICLES}(?:note|memo)(?: to (?:self|myself))?: ?(?<text>.+)`),
  rule(
    'note_add',
    `${MAKE} ${ARTICLES}(?:note|memo)(?: to (?:self|myself))?(?: that| saying| to| about| of| with| which says) (?<text>.+)`,
  ),
  rule('note_add', '(?:note|memo)(?: to (?:self|myself))?(?: that| down)?:? (?<text>.+)', (slots) =>
    /^(?:app|taking app|book|pad)\b/i.test(slots.text ?? '') ? undefined : slots,
  ),
  rule('note_add', '(?:write|jot|put|note|take)(?: this| that| it)? down:?(?: that)? (?<text>.+)'),
  rule(
    'note_add',
    "(?:remember|don't (?:let me )?forget|do not (?:let me )?forget|dont (?:let me )?forget):? to (?<text>.+)",
  ),
  rule('note_add', `${MAKE} ${ARTICLES}(?:note|memo)s?`),
  rule(
    'note_show',
    '(?:show|read|see|view|list|display|print)(?: me)?(?: all)?(?: of)?(?: my| the)? notes(?: please| file)?',
  ),
  rule('note_show', "what(?:'s| is| are)(?: in)? my notes|what did i (?:note|write down)(?: .*)?|my notes"),
];

import { type Rule, rule, type Slots } from '../intent.ts';

/** Names people use for accents, in colours that read well on light and dark alike. */
export const ACCENTS: Readonly<Record<string, string>> = {
  blue: '#4f7cff',
  green: '#2f9e5b',
  red: '#e5484d',
  purple: '#8a5cf5',
  violet: '#8a5cf5',
  pink: '#e0529c',
  orange: '#e8710a',
  yellow: '#d99a00',
  gold: '#c58f00',
  teal: '#0f9d94',
  turquoise: '#12a5a0',
  cyan: '#0b9cc4',
  indigo: '#5b5bd6',
  brown: '#9c6b4e',
  grey: '#7a808a',
  gray: '#7a808a',
};

const MODES: Readonly<Record<string, string>> = {
  dark: 'dark',
  night: 'dark',
  light: 'light',
  bright: 'light',
  day: 'light',
  auto: 'auto',
  automatic: 'auto',
  system: 'auto',
};
const MODE = `(?<mode>${Object.keys(MODES).join('|')})`;
const COLOUR = `(?<color>#[0-9a-f]{6}|${Object.keys(ACCENTS).join('|')})`;
const SET =
  "(?:set|change|switch|make|turn|put|use|go|enable|activate|turn on|give me|try|i want|i would like|i'd like)";
const SCREEN =
  '(?:the |my )*(?:theme|mode|desktop|screen|appearance|interface|ui|colou?r scheme|everything|it|os|system)';

// "Darker" is one word to a slot.
const toMode = (slots: Slots): Slots => ({
  mode: MODES[(slots.mode ?? '').toLowerCase().replace(/er$/, '')] ?? 'auto',
});

export const THEME_RULES: readonly Rule[] = [
  rule('theme_mode', `(?:theme|mode|appearance):? (?:to )?${MODE}`, toMode),
  rule(
    'theme_accent',
    `(?:use|take|pick|choose) ${COLOUR} (?:as|for) (?:the |my |an )*(?:accent|highlight|main|theme)(?: colou?r)?`,
  ),
  rule(
    'theme_mode',
    `(?:${SET} )?(?:on )?(?:to )?(?:the |a |in )*${MODE}(?: mode| theme| colou?rs| colou?r scheme)(?: on)?`,
    toMode,
  ),
  rule(
    'theme_mode',
    `${SET} ${SCREEN}(?: to| in| into| look| go)* (?:a )?${MODE}(?:er)?(?: mode| theme)?`,
    toMode,
  ),
  rule('theme_mode', '(?<mode>dark|light)(?:er)?', toMode),
  rule('theme_mode', '(?:go|be) (?<mode>dark|light)', toMode),
  rule(
    'theme_mode',
    '(?:turn off|disable|leave|exit|no more|stop) (?:the )?(?<mode>dark|light|night)(?: mode| theme)',
    (slots) => ({
      mode: toMode(slots).mode === 'dark' ? 'light' : 'dark',
    }),
  ),
  rule(
    'theme_mode',
    "(?:it's|it is|this is|the screen is|that's) (?:too|so|very) (?<mode>dark|bright|light)",
    (slots) => ({
      mode: toMode(slots).mode === 'dark' ? 'light' : 'dark',
    }),
  ),
  rule(
    'theme_mode',
    '(?:follow|use|match) (?:the |my )?(?:system|device|os)(?: theme| settings?| appearance)?',
    () => ({ mode: 'auto' }),
  ),
  rule(
    'theme_accent',
    `(?:${SET} )?(?:the |my |a |an )*(?:accent|highlight|theme|main|desktop)?(?: ?colou?r)?(?: to| into| as|:)? ?${COLOUR}(?: accents?| colou?rs?| highlights?| theme)?`,
    (slots, plain) =>
      /accent|colou?r|highlight|theme|^#/.test(plain) || Object.hasOwn(ACCENTS, plain) ? slots : undefined,
  ),
  rule('theme_accent', `(?:make|turn) (?:it|everything|the desktop|the buttons) ${COLOUR}`),
  rule(
    'theme_accent',
    `(?:${SET} )?(?:the |my |an )*(?:accent|highlight)(?: colou?r)?(?: to| into| is|:)? (?<color>.+)`,
  ),
];

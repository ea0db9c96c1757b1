const NUMBER =
  '(?:\\d+(?:[.,]\\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty(?:[ -]five)?|thirty|forty(?:[ -]five)?|fifty|sixty|ninety|half an?|a couple of|a few)';
const UNIT = '(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|[hms])';
const SPAN = `${NUMBER} ?-?${UNIT}(?: and a half)?(?:,? (?:and )?${NUMBER} ?${UNIT})?`;
const TIME =
  "(?:half past |(?:a )?quarter (?:past|to) )?(?:(?:\\d{1,2}(?:[:.]\\d{2})?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?: ?(?:am|pm|a\\.m\\.?|p\\.m\\.?))?(?: o'clock)?|noon|midday|midnight)";
const DAY = '(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?';
const DAYS = `${DAY}(?:(?:, | and |, and | & )${DAY})*`;
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const ORDINAL = '\\d{1,2}(?:st|nd|rd|th)';
const PART = '(?:morning|afternoon|evening|night)';

// The longest first, for the first that fits is taken.
const PHRASES = [
  `(?:every|each) (?:other |second )?(?:${NUMBER} )?(?:days?|weekdays?|work ?days?|weekends?|weeks?|months?|hours?|minutes?|mins?|${PART}|${DAYS})(?: ${PART})?`,
  `on the ${ORDINAL}(?: (?:day )?of (?:the|every|each) month| every month)?`,
  `(?:on )?(?:the )?(?:${ORDINAL}|\\d{1,2}) (?:of )?${MONTH}`,
  `(?:on )?${MONTH} (?:the )?(?:${ORDINAL}|\\d{1,2})`,
  `(?:tomorrow|this|today|on (?=${DAY}))(?: ${DAY})?(?: ${PART})?(?= |$|,)`,
  `(?:on |next |this )${DAYS}(?: ${PART})?`,
  `on (?:weekdays|work ?days|weekends)`,
  `(?:tomorrow|today|tonight|daily|weekly|monthly|hourly|next week)`,
  `${DAY}(?= (?:at )?\\d)`,
  `in the ${PART}|at night`,
  `(?:at|by|around) ${TIME}`,
  `(?:in|after) ${SPAN}(?: from now)?`,
  `(?:for )?(?<!\\S)${SPAN} (?:from now)`,
  `(?:for )?(?<!\\S)${SPAN}(?![\\w-])`,
  `(?:for )?(?<!\\S)\\d{1,2}(?:[:.]\\d{2})? ?(?:am|pm|a\\.m\\.?|p\\.m\\.?)(?!\\w)`,
  `(?:for )?(?<!\\S)\\d{1,2}:\\d{2}(?![\\d:])`,
  `for ${TIME}(?= (?:to|called|tomorrow|today|on)|$)`,
  `(?<!\\S)(?:noon|midnight)(?!\\S)`,
].map((source) => new RegExp(`(?<!\\S)(?:${source})(?=$|[\\s,.:;!?])`, 'i'));

/** Takes the words that say when out of a text: "to stretch in 10 minutes" is "in 10 minutes" and "to stretch". */
export const splitWhen = (text: string): { when: string; rest: string } => {
  const found: { at: number; phrase: string }[] = [];
  // What was found is blanked out, so that positions stay and "at 9" isn't found in "tomorrow at 9" twice.
  let left = text.replaceAll(/[\u2018\u2019]/g, "'");
  for (const phrase of PHRASES) {
    const match = phrase.exec(left);
    if (match === null || match[0].trim() === 'this') continue;
    // A second length of time, or a repetition of the other kind, belongs to the task.
    if (found.length > 0 && isSpan(match[0])) continue;
    found.push({ at: match.index, phrase: match[0].trim() });
    left =
      left.slice(0, match.index) + '\0'.repeat(match[0].length) + left.slice(match.index + match[0].length);
  }
  found.sort((a, b) => a.at - b.at);
  const rest = left
    .replaceAll(/\0+/g, ' ')
    .replaceAll(/ +([,.;!?])/g, '$1')
    .replaceAll(/[^\S\n]+/g, ' ')
    .trim();
  return { when: found.map(({ phrase }) => phrase.toLowerCase()).join(' '), rest };
};

const isSpan = (phrase: string): boolean =>
  /^(?:in |after |for )?/i.test(phrase) && new RegExp(`^(?:in |after |for )?${SPAN}`, 'i').test(phrase);

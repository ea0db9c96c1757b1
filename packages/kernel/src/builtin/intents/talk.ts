import { type Rule, rule } from '../intent.ts';

/** What needs no doing, and what must not be done. */
export const TALK_RULES: readonly Rule[] = [
  // "Don't delete my notes" holds every word of an order. "Don't forget …" is one.
  rule(
    'leave_it',
    "(?:oh |no |wait |stop )*(?:don't|dont|do not|never|you (?:should|must)(?:n't| not)|no need to|please don't)(?! (?:let me )?forget\\b) .+",
  ),
  rule('leave_it', "i (?:don't|dont|do not|didn't|never|no longer) (?:want|need|like|mean|ask|wish).*"),
  rule('leave_it', '(?:never ?mind|forget it|leave it|cancel that|stop|no|nope|no thanks|no thank you)'),
  rule(
    'greet',
    '(?:hi|hello|hey|hiya|howdy|yo|greetings|there|matrix|good (?:morning|afternoon|evening|day))(?: there| matrix| again| everyone)*',
  ),
  rule(
    'how_are_you',
    "(?:hi |hello |hey )?(?:how are you|how's it going|how is it going|how do you do|what's up|whats up)(?: doing| today| there)*",
  ),
  rule(
    'thanks',
    '(?:many |ok |great |perfect )?(?:thanks|thank you|thx|ty|cheers)(?: (?:so|very) much| a (?:lot|bunch|million)| again| matrix| for .+)*',
  ),
  rule('bye', '(?:good ?bye|bye(?: bye)?|see you(?: later| soon| tomorrow)?|good night|ciao|later)'),
  rule(
    'acknowledge',
    '(?:please|yes|yeah|yep|sure|ok|okay|fine|great|cool|nice|perfect|awesome|good|well done|good job|got it)(?: work| one| job)?',
  ),
  rule(
    'who',
    "(?:who|what) are you(?: exactly| really)?|what(?:'s| is) your name|who (?:made|built|wrote) you|are you (?:an? )?(?:ai|a\\.i|real|human|bot|robot|person|model|llm|chatgpt|claude|gpt|alive|intelligent).*|what(?:'s| is) (?:matrix|matrix os|this)|what (?:engine|model)(?: is this| are you.*| do you use)?",
  ),
];

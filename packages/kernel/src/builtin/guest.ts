import { readHomeFile } from '../home/home-file.ts';
import { rankByWords } from '../memory/rank.ts';
import { shorten } from './actions/phrases.ts';

const MAX_PROFILE = 20_000;
const MAX_ANSWER = 1500;

/**
 * What a stranger is told: lines of the owner's public profile, and nothing else, whatever is asked. Nothing is done,
 * and no other file is opened, not even through a link.
 */
export const answerGuest = async (home: string, question: string): Promise<string> => {
  const profile = await readProfile(home);
  if (profile === undefined)
    return 'Hello. There is no public profile here; your message has been passed on.';
  const lines = profile.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const found = rankByWords(question.slice(0, 1000), lines, (line) => line).slice(0, 3);
  const answer = found.length > 0 ? found.join('\n') : lines.join('\n');
  return answer.length > MAX_ANSWER
    ? shorten(answer, MAX_ANSWER)
    : answer || 'The public profile here is empty.';
};

const readProfile = async (home: string): Promise<string | undefined> => {
  const content = await readHomeFile(home, 'system/public/profile.md', {
    maxBytes: MAX_PROFILE,
    cut: true,
  }).catch(() => undefined);
  return content?.toString('utf8');
};

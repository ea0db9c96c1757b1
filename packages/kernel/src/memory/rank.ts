import { isOneSlip, termsOf } from './words.ts';

// BM25's usual constants; short lines need little correction for their length.
const K1 = 1.2;
const B = 0.4;

/**
 * The texts that share words with the query, best first; equals keep their order. Rare words count more, and a word that
 * only begins alike or has a typing slip counts half.
 */
export const rankByWords = <Item>(
  query: string,
  items: readonly Item[],
  textOf: (item: Item) => string,
): Item[] => {
  const wanted = [...new Set(termsOf(query))];
  const texts = items.map((item) => ({ item, terms: termsOf(textOf(item)) }));
  const average = texts.reduce((sum, { terms }) => sum + terms.length, 0) / Math.max(1, texts.length) || 1;
  const weights = new Map(wanted.map((term) => [term, rarity(term, texts)]));
  return texts
    .map(({ item, terms }) => {
      const length = K1 * (1 - B + (B * terms.length) / average);
      const score = wanted.reduce((sum, term) => {
        const frequency = terms.reduce((count, other) => count + likeness(term, other), 0);
        return sum + ((weights.get(term) ?? 0) * frequency * (K1 + 1)) / (frequency + length);
      }, 0);
      return { item, score };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
};

const likeness = (wanted: string, other: string): number => {
  if (wanted === other) return 1;
  if (Math.min(wanted.length, other.length) < 4) return 0;
  if (other.startsWith(wanted) || wanted.startsWith(other)) return 0.5;
  return wanted.length > 4 && isOneSlip(wanted, other) ? 0.5 : 0;
};

const rarity = (term: string, texts: readonly { readonly terms: readonly string[] }[]): number => {
  const holding = texts.filter(({ terms }) => terms.some((other) => likeness(term, other) > 0)).length;
  return Math.log(1 + (texts.length - holding + 0.5) / (holding + 0.5));
};

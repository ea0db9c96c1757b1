import { isOneSlip, termsOf } from './words.ts';

// BM25's usual constants; short lines need little correction for their length.
const K1 = 1.2;
const B = 0.4;

/** Words of a query that count: more make it dear and no better. */
const MAX_TERMS = 20;
/** After so many characters others may work. */
const AT_ONCE = 20_000;

/**
 * The texts that share words with the query, best first; equals keep their order. Rare words count more, and a word that
 * only begins alike or has a typing slip counts half.
 */
export const rankByWords = <Item>(
  query: string,
  items: readonly Item[],
  textOf: (item: Item) => string,
): Item[] => {
  const ranking = createRanking<Item>(query);
  for (const item of items) ranking.add(item, textOf(item));
  return ranking.best();
};

/** The same for texts that may be many. */
export const rankManyByWords = async <Item>(
  query: string,
  items: readonly Item[],
  textOf: (item: Item) => string,
): Promise<Item[]> => {
  const ranking = createRanking<Item>(query);
  let characters = 0;
  for (const item of items) {
    const text = textOf(item);
    ranking.add(item, text);
    characters += text.length;
    if (characters < AT_ONCE) continue;
    characters = 0;
    await new Promise(setImmediate);
  }
  return ranking.best();
};

const createRanking = <Item>(query: string) => {
  const wanted = [...new Set(termsOf(query))].slice(0, MAX_TERMS);
  const texts: { item: Item; terms: number; frequencies: number[] }[] = [];
  let total = 0;
  return {
    add(item: Item, text: string): void {
      const terms = termsOf(text);
      total += terms.length;
      const frequencies = wanted.map((term) => terms.reduce((sum, other) => sum + likeness(term, other), 0));
      texts.push({ item, terms: terms.length, frequencies });
    },
    best(): Item[] {
      const average = total / Math.max(1, texts.length) || 1;
      const weights = wanted.map((_, at) =>
        rarity(texts.filter(({ frequencies }) => (frequencies[at] ?? 0) > 0).length, texts.length),
      );
      return texts
        .map(({ item, terms, frequencies }) => {
          const length = K1 * (1 - B + (B * terms) / average);
          const score = weights.reduce((sum, weight, at) => {
            const frequency = frequencies[at] ?? 0;
            return sum + (weight * frequency * (K1 + 1)) / (frequency + length);
          }, 0);
          return { item, score };
        })
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score)
        .map(({ item }) => item);
    },
  };
};

const likeness = (wanted: string, other: string): number => {
  if (wanted === other) return 1;
  if (Math.min(wanted.length, other.length) < 4) return 0;
  if (other.startsWith(wanted) || wanted.startsWith(other)) return 0.5;
  return wanted.length > 4 && isOneSlip(wanted, other) ? 0.5 : 0;
};

const rarity = (holding: number, all: number): number =>
  Math.log(1 + (all - holding + 0.5) / (holding + 0.5));

const WILD = /[*?[{]/;

const escapeLetters = (text: string): string => text.replace(/[.+^$()|\\]/g, '\\$&');

const segmentPattern = (segment: string): RegExp => {
  const source = escapeLetters(segment)
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.')
    .replace(/\{([^}]*)\}/g, (_, inside: string) => `(?:${inside.split(',').join('|')})`)
    .replace(/\[!/g, '[^');
  // The shell's wildcards pass over names that begin with a dot unless the pattern does.
  const hidden = segment.startsWith('.') || segment.startsWith('{') ? '' : '(?!\\.)';
  try {
    return new RegExp(`^${hidden}${source}$`);
  } catch {
    return /^[\s\S]*$/;
  }
};

/** Whether an absolute path with wildcards could name `target`, something in it, or a folder that it lies in. */
export const globReaches = (pattern: string, target: string): 'exact' | 'above' | 'no' => {
  const wanted = target.split('/').filter(Boolean);
  const given = pattern.split('/').filter(Boolean);
  for (const [index, segment] of given.entries()) {
    const name = wanted[index];
    if (name === undefined) return 'exact';
    if (segment === '**') return 'exact';
    if (!(WILD.test(segment) ? segmentPattern(segment).test(name) : segment === name)) return 'no';
  }
  return given.length >= wanted.length ? 'exact' : 'above';
};

export const hasWildcard = (word: string): boolean => WILD.test(word);

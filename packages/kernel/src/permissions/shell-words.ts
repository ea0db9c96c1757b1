export interface ShellCommand {
  /** Words with their quotes taken off, variables as written. */
  readonly words: readonly string[];
}

/** Splits what a shell would run into simple commands, redirections' targets included as words. Good enough to look at, not to run. */
export const splitCommands = (source: string): ShellCommand[] => {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  const endWord = () => {
    if (word !== undefined && word !== '') words.push(word);
    word = undefined;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) commands.push({ words });
    words = [];
  };
  for (let index = 0; index < source.length; index++) {
    const letter = source.charAt(index);
    if (quote === "'") {
      if (letter === "'") quote = undefined;
      else word = (word ?? '') + letter;
    } else if (letter === '\\') {
      index += 1;
      const next = source.charAt(index);
      if (next !== '\n') word = (word ?? '') + next;
    } else if (letter === '"') {
      quote = quote === '"' ? undefined : '"';
      word ??= '';
    } else if (quote === undefined && letter === "'") {
      quote = "'";
      word ??= '';
    } else if (letter === '`' || (letter === '$' && source.charAt(index + 1) === '(')) {
      // A substitution runs wherever it stands, in double quotes too.
      endCommand();
      if (letter === '$') index += 1;
    } else if (quote === undefined && /[;&|\n()]/.test(letter)) {
      endCommand();
    } else if (quote === undefined && /[\s<>]/.test(letter)) {
      endWord();
    } else {
      word = (word ?? '') + letter;
    }
  }
  endCommand();
  return commands;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const short = (value: string, max = 80): string => {
  const line = value.split('\n', 1)[0]?.trim() ?? '';
  return line.length > max || line !== value.trim() ? `${line.slice(0, max)}…` : line;
};

/** A short line for people: "Writing apps/todo/index.html". Paths in the home are told from there on. */
export const summarizeTool = (
  name: string,
  input: Readonly<Record<string, unknown>>,
  home: string,
): string => {
  const path = (value: unknown): string => {
    const given = text(value);
    return short(given.startsWith(`${home}/`) ? given.slice(home.length + 1) : given, 200);
  };
  switch (name) {
    case 'Write':
      return `Writing ${short(path(input.file_path), 160)}`;
    case 'Edit':
    case 'MultiEdit':
      return `Changing ${short(path(input.file_path), 160)}`;
    case 'NotebookEdit':
      return `Changing ${short(path(input.notebook_path), 160)}`;
    case 'Read':
      return `Reading ${short(path(input.file_path), 160)}`;
    case 'Glob':
      return `Looking for ${short(text(input.pattern))}`;
    case 'Grep':
      return `Searching for ${short(text(input.pattern))}`;
    case 'Bash':
      return short(text(input.description) || text(input.command));
    case 'WebFetch':
      return `Reading ${short(text(input.url))}`;
    case 'WebSearch':
      return `Searching the web for ${short(text(input.query))}`;
    case 'Agent':
    case 'Task':
      return short(text(input.description) || 'Asking a helper');
    case 'TodoWrite':
      return 'Planning the steps';
    case 'mcp__os__outside':
      return `Outside of your home: ${short(text(input.command), 60)}`;
  }
  const os = /^mcp__os__(.+)$/.exec(name)?.[1];
  const subject = short(text(input.app) || text(input.name) || text(input.title) || text(input.summary));
  const words = (os ?? name).replaceAll('_', ' ');
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return subject === '' ? sentence : `${sentence}: ${subject}`;
};

import { type Rule, rule, type Slots } from '../intent.ts';

// A name with an ending, or a path.
const PATH = '(?<path>(?:\\S+\\/)?[^/]*?\\.[a-z0-9]{1,8}|\\S+\\/\\S*)';
const FILE = '(?:text |markdown |new |empty |blank )*(?:file|document|doc)';
const A = '(?:a |an |the |my |this |that |our )*';
const WITH = '(?:(?::| with| containing| saying| that says)(?: the (?:text|words?|content))?:? (?<text>.+))?';
const DELETE = '(?:delete|remove|trash|bin|throw away|throw out|get rid of|erase|rm|discard)';
const BIN = '(?:trash|bin|recycle bin|trash can)';

const hasEnding = (name: string | undefined): boolean => /\.[a-z0-9]{1,8}$/i.test(name ?? '');

const inFolder = (slots: Slots): Slots => {
  const { folder, ...rest } = slots;
  const path = (rest.path ?? '').replace(/:$/, '');
  return { ...rest, path: folder === undefined ? path : `${folder.replace(/\/$/, '')}/${path}` };
};

export const FILE_RULES: readonly Rule[] = [
  rule('list_bin', `(?:show|list|open|see|what(?:'s| is) in)(?: me)? (?:the |my )*${BIN}`),
  rule(
    'delete_all',
    `${DELETE} (?:everything|it all|all)(?: (?:of )?(?:my |the )?(?:files|apps|notes|documents|data|folders|stuff|things))?|(?:empty|clear) (?:the |my )*${BIN}|format .*|rm -rf.*|wipe .*`,
  ),
  rule(
    'folder_make',
    `(?:make|create|add|new|mkdir)(?: me)? ${A}(?:new |empty )*(?:folder|directory|dir)(?: (?:called|named))? (?<path>\\S.*?)(?: in (?:the |my )?(?<folder>\\S+)(?: folder)?)?`,
    inFolder,
  ),
  rule('folder_make', 'mkdir (?<path>\\S+)'),
  rule(
    'file_make',
    `(?:make|create|write|start|add|new)(?: me)? ${A}${FILE}(?: (?:called|named|titled))? (?<path>\\S+?)(?: in (?:the |my )?(?<folder>\\S+)(?: folder)?)?${WITH}`,
    inFolder,
  ),
  rule('file_make', `(?:make|create|touch|start|new)(?: me)? ${PATH}${WITH}`, inFolder),
  rule(
    'file_append',
    `(?:add|append|put|insert|write|save)(?: the (?:words?|text|line)| an? (?:item|line|entry|task)(?: called| named| saying)?)?:? (?<text>.+?) (?:to|into|in|onto|on|at) (?:the (?:end|bottom) of )?${A}(?:file |document )?(?<path>\\S+)`,
    (slots) => (hasEnding(slots.path) ? slots : undefined),
  ),
  rule(
    'file_append',
    `(?:add|append|put)(?: the (?:words?|text|line)| an? (?:item|line|entry|task)(?: called| named| saying)?)?:? (?<text>.+?) (?:to|onto|on|in) ${A}(?<path>[^.]{1,60}?)(?: (?:file|document))?`,
    (slots) =>
      // "Add a timer to my desktop" is a wish for an app; a list is written into.
      /\b(?:list|notes?|to-?dos?|tasks|file|document|groceries|log|diary|journal)$/i.test(slots.path ?? '') ||
      /^[a-z]+$/.test(slots.path ?? '')
        ? slots
        : undefined,
  ),
  rule(
    'file_find',
    '(?:find|search for|search|look for|locate|get|show|list|give|do i have|are there)(?: me)? (?:all |any |the |my |every |some )*(?:files?|documents?|docs?|notes?|texts?|anything|everything|something|stuff)(?: (?:about|on|with|containing|mentioning|named|called|for|regarding|related to|that (?:mention|contain|say|talk about|are about|have)s?|which (?:mention|contain|say)s?|in which))+ (?:the words? )?(?<query>.+)',
  ),
  rule(
    'file_find',
    '(?:which|what|in which) (?:files?|documents?|notes?|of my files) (?:mention|contain|talk about|are about|is about|say|have|has|include|do i mention|is)s?(?: the words?)? (?<query>.+)',
  ),
  rule(
    'file_find',
    '(?:search|grep|look)(?: in| through)?(?: all)? (?:my |the )?(?:files|documents|notes|home|folders)(?: for| about)? (?<query>.+)',
  ),
  rule(
    'file_find',
    "where(?:'s| is| are| did i (?:put|save|write|leave)| can i find) (?:the |my |that )*(?<query>.+?)(?: (?:files?|documents?|notes?|docs?))?",
  ),
  rule(
    'file_find',
    '(?:find|search(?: for)?|look for|grep(?: for)?|locate) (?:the |my |me )*(?<query>(?!out\\b).+?)(?: in (?:my )?(?:files|documents|notes))?',
  ),
  rule(
    'file_list',
    '(?:list|show|see|view|display|what are|tell me|give me)(?: me)? (?:all )?(?:of )?(?:my |the )*(?:files?|documents|folders?|directory|home)(?: (?:and|or) (?:files|folders))?(?: (?:in|of|inside|under) (?:the |my )?(?<path>.+?)(?: folder| directory)?)?',
  ),
  rule(
    'file_list',
    "what(?:'s| is| do i have| files are| files do i have)(?: there)? (?:in|inside|under) (?:the |my )*(?<path>documents|projects|apps|agents|system|home|\\S+\\/)(?: folder| directory)?",
  ),
  rule('file_list', 'ls(?: (?<path>\\S+))?|what files (?:do i have|are there)|dir'),
  rule(
    'file_read',
    `(?:read|show|open|view|display|print|cat|see|give|what(?:'s| is| does)(?: in| inside)?)(?: me)?(?: out)? ${A}(?:contents? of )?${A}(?:file |document )*${PATH}(?: say| contain)?`,
    (slots, plain) => (/^open /.test(plain) && /\/$/.test(slots.path ?? '') ? undefined : slots),
  ),
  rule(
    'file_read',
    '(?:read|cat)(?: me)?(?: out)? (?:the |my )*(?:file |document )*(?<path>.+?)(?: file| document)?',
  ),
  rule(
    'restore',
    `(?:restore|undelete|recover|bring back|put back|get back|un-?trash|un-?delete|reinstate)(?: me)? (?:the |my )*(?<what>.+?)(?: (?:from|out of) (?:the |my )*${BIN})?`,
  ),
  rule('file_delete', `${DELETE} ${A}(?:file |folder |document |directory |note )*${PATH}`),
  rule('file_delete', `${DELETE} ${A}(?:file|folder|document|directory|note) (?:called |named )?(?<path>.+)`),
];

/** What the built-in helper can be asked for. */
export type IntentName =
  | 'leave_it'
  | 'greet'
  | 'how_are_you'
  | 'thanks'
  | 'bye'
  | 'acknowledge'
  | 'who'
  | 'help'
  | 'key_help'
  | 'undo_help'
  | 'list_apps'
  | 'open_app'
  | 'close_app'
  | 'make_app'
  | 'remove_app'
  | 'suggest_app'
  | 'about_app'
  | 'note_add'
  | 'note_show'
  | 'file_make'
  | 'folder_make'
  | 'file_append'
  | 'file_read'
  | 'file_find'
  | 'file_list'
  | 'file_delete'
  | 'delete_all'
  | 'restore'
  | 'list_bin'
  | 'remind'
  | 'list_jobs'
  | 'cancel_job'
  | 'remember'
  | 'recall'
  | 'forget_help'
  | 'status'
  | 'time'
  | 'theme_mode'
  | 'theme_accent'
  | 'unknown';

export type Slots = Readonly<Record<string, string>>;

export interface Understood {
  readonly intent: IntentName;
  readonly slots: Slots;
}

/** A way to say something. Rules are tried in order, and the first that matches is what was meant. */
export interface Rule {
  readonly intent: IntentName;
  /** On the whole of `Utterance.plain`; named groups become slots, as they were typed. */
  readonly pattern: RegExp;
  /** Adds to the slots or changes them; undefined: it was something else after all. */
  readonly refine?: (slots: Slots, plain: string) => Slots | undefined;
}

/** A rule from a pattern's source, anchored at both ends. Spaces stand for themselves. */
export const rule = (intent: IntentName, source: string, refine?: Rule['refine']): Rule => ({
  intent,
  pattern: new RegExp(`^(?:${source})$`, 'ds'),
  ...(refine === undefined ? {} : { refine }),
});

import { createStore, type StoreApi } from 'zustand/vanilla';
import { visibleText } from '../visible/visible-text.ts';

/** What an app would like to have said to the kernel. Only the owner says it. */
export interface Proposal {
  readonly id: number;
  /** The app's folder. */
  readonly app: string;
  readonly title: string;
  readonly text: string;
}

export interface Proposals {
  /** Oldest first. */
  readonly store: StoreApi<{ readonly list: readonly Proposal[] }>;
  /** A newer one of the same app takes the place of the older. Answers whether the app had none. */
  put(proposal: Omit<Proposal, 'id'>): boolean;
  dismiss(id: number): void;
}

/** Of different apps; an older one gives way. */
const KEPT = 4;

export const createProposals = (): Proposals => {
  const store: Proposals['store'] = createStore(() => ({ list: [] }));
  let nextId = 1;
  return {
    store,
    put(proposal) {
      const { list } = store.getState();
      const others = list.filter(({ app }) => app !== proposal.app);
      store.setState({ list: [...others, { ...proposal, id: nextId++ }].slice(-KEPT) });
      return others.length === list.length;
    },
    dismiss: (id) => store.setState(({ list }) => ({ list: list.filter((one) => one.id !== id) })),
  };
};

const LINE_ENDS = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;

/**
 * The owner's message that carries a proposal. Each line of the app's is quoted, so that in the history, to the model as to
 * a person, nothing of it reads as the owner's own words.
 */
export const messageOf = ({ app, title, text }: Pick<Proposal, 'app' | 'title' | 'text'>): string => {
  const name = visibleText(title).replaceAll(/[“”\n]/g, '');
  const quoted = text.split(LINE_ENDS).map((line) => `> ${line}`);
  return [`My app “${name}” (apps/${app}) proposes this:`, '', ...quoted].join('\n');
};

import { type ComponentType, lazy, Suspense } from 'react';
import styles from './chat.module.css';

interface TextProps {
  readonly text: string;
}

const Unformatted = ({ text }: TextProps) => <p className={styles.unformatted}>{text}</p>;

const load = () => import('./markdown.tsx');

// A seventh of what the desktop loads, and nothing is to be seen of it before the first answer. Where it can't be had, because
// the network is gone or the server has another version by now, the text is there as it was written.
const Markdown = lazy(async (): Promise<{ default: ComponentType<TextProps> }> => {
  try {
    return { default: (await load()).Markdown };
  } catch {
    return { default: Unformatted };
  }
});

/** Fetches what formats, so that it is there when it is needed. */
export const prepareFormatting = (): void => void load().catch(() => undefined);

/** What the kernel says, as plain text until it can be formatted. */
export const Formatted = ({ text }: TextProps) => (
  <Suspense fallback={<Unformatted text={text} />}>
    <Markdown text={text} />
  </Suspense>
);

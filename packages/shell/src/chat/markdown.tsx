import { memo } from 'react';
import ReactMarkdown, { type Components, defaultUrlTransform } from 'react-markdown';
import styles from './chat.module.css';
import { OutsideLink } from './outside-link.tsx';

const COMPONENTS: Components = {
  a: ({ href, children }) => <OutsideLink href={href}>{children}</OutsideLink>,
  // A picture's address is a request to whoever the model names: shown as a link, to be followed or not.
  img: ({ src, alt }) => (
    <OutsideLink href={typeof src === 'string' ? src : undefined}>{alt || 'picture'}</OutsideLink>
  ),
};

/** What the kernel says. Raw HTML in it stays text. */
export const Markdown = memo(({ text }: { readonly text: string }) => (
  <div className={styles.markdown}>
    <ReactMarkdown components={COMPONENTS} urlTransform={defaultUrlTransform}>
      {text}
    </ReactMarkdown>
  </div>
));

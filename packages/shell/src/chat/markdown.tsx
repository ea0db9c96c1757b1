import { memo } from 'react';
import ReactMarkdown, { type Components, defaultUrlTransform } from 'react-markdown';
import styles from './chat.module.css';

const COMPONENTS: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ),
  // A picture's address is a request to whoever the model names: shown as a link, to be followed or not.
  img: ({ src, alt }) => (
    <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noopener noreferrer">
      {alt || 'picture'}
    </a>
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

import { useEffect, useId, useRef } from 'react';
import { useStore } from 'zustand';
import { useDesktop } from './desktop-context.tsx';
import { Icon } from './icons.tsx';
import styles from './notices.module.css';

/** The bell, and behind it what was said while nobody looked. */
export const NoticeButton = ({ className }: { readonly className: string | undefined }) => {
  const { notices } = useDesktop();
  const { list, unread } = useStore(notices.store);
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    const toggled = (event: Event) => {
      if (event instanceof ToggleEvent && event.newState === 'open') notices.markRead();
    };
    const element = panel.current;
    element?.addEventListener('toggle', toggled);
    return () => element?.removeEventListener('toggle', toggled);
  }, [notices]);

  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={unread > 0 ? `Notifications, ${unread} new` : 'Notifications'}
        title="Notifications"
        popoverTarget={id}
      >
        <Icon name="bell" size={22} />
        {unread > 0 && <span className={styles.badge}>{unread > 9 ? '9+' : unread}</span>}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        className={styles.panel}
        role="dialog"
        aria-label="Notifications"
      >
        <header>
          <h2>Notifications</h2>
          {list.length > 0 && (
            <button type="button" className="button" data-kind="quiet" onClick={() => notices.clear()}>
              Clear
            </button>
          )}
        </header>
        {list.length === 0 ? (
          <p className={styles.none}>Nothing to tell.</p>
        ) : (
          <ul>
            {list.map((notice) => (
              <li key={notice.id} data-level={notice.level}>
                <strong>{notice.title}</strong>
                <time dateTime={notice.at.toISOString()}>
                  {notice.at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}
                </time>
                {notice.message && <p>{notice.message}</p>}
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
};

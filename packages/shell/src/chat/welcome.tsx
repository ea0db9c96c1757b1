import { useDesktop } from '../desktop/desktop-context.tsx';
import styles from './chat.module.css';

const IDEAS = ['Make me a todo list', 'What can you do?', 'Which apps do I have?'];

export const Welcome = () => {
  const { chat } = useDesktop();
  return (
    <div className={styles.welcome}>
      <h2>What shall we make?</h2>
      <p>Say what you need. It is built as files in your home, and anything can be undone.</p>
      <div className={styles.ideas}>
        {IDEAS.map((idea) => (
          <button key={idea} type="button" className="button" onClick={() => chat.propose(idea)}>
            {idea}
          </button>
        ))}
      </div>
    </div>
  );
};

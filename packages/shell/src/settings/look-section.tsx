import { LookChoices } from './look-choices.tsx';

export const LookSection = () => (
  <section aria-labelledby="look">
    <h3 id="look">Look</h3>
    <LookChoices />
  </section>
);

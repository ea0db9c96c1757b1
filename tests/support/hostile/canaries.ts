import { randomBytes } from 'node:crypto';

/** What all canaries begin with, for attempts that search for them. */
const CANARY = 'canary-of-this';

type Canaries = Readonly<Record<string, string>>;

/** A secret for each name, not to be found by chance. */
export const makeCanaries = <Name extends string>(...names: Name[]): Record<Name, string> =>
  Object.fromEntries(
    names.map((name) => [name, `${CANARY}-${name}-${randomBytes(12).toString('hex')}`]),
  ) as Record<Name, string>;

/** The names of those that stand in `text`, plainly or in a usual disguise. */
export const leaked = (canaries: Canaries, text: string): string[] =>
  Object.entries(canaries).flatMap(([name, secret]) => {
    const plain = Buffer.from(secret);
    const forms = [
      secret,
      secret.split('').reverse().join(''),
      plain.toString('hex'),
      encodeURIComponent(secret),
      // Wherever in a triple of bytes it begins; the ends depend on what is around.
      ...[0, 1, 2].map((shift) =>
        Buffer.concat([Buffer.alloc(shift), plain])
          .toString('base64')
          .slice(4, -4),
      ),
    ];
    return forms.some((form) => text.includes(form)) ? [name] : [];
  });

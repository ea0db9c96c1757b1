import { applianceImage } from './support/image.ts';

// Before the tests, so that minutes of building can run beside another tier.
for (const engine of ['include', 'omit'] as const) console.log(await applianceImage(engine));

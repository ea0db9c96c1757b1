import { applianceImage } from './support/image.ts';

// Before the tests, so that minutes of building can run beside another tier.
console.log(await applianceImage());

import { type Scene, scene } from './script.ts';

/** A model that never stops talking. */
export const endless: Scene = scene('endless', {
  parts: [{ type: 'endless', text: 'and on ', everyMs: 5 }],
});

import { afterAll, beforeAll, describe } from 'vitest';
import { demo } from '../support/model-server/demo.ts';
import { createModelServer, type ModelServer } from '../support/model-server/model-server.ts';
import { browserManners } from './chapters/browser-manners.ts';
import { damage } from './chapters/damage.ts';
import { firstStart } from './chapters/first-start.ts';
import { powerCut } from './chapters/power-cut.ts';
import { recovery } from './chapters/recovery.ts';
import { underneath } from './chapters/underneath.ts';
import { withoutKeyboard } from './chapters/without-keyboard.ts';
import { applianceImage } from './support/image.ts';
import { createStory, type Story } from './support/story.ts';

let story: Story;
let model: ModelServer;

beforeAll(async () => {
  story = createStory(await applianceImage());
  model = await createModelServer({ script: demo });
});

afterAll(async () => {
  await story?.end();
  await model?.close();
});

// A start costs a minute or more on an emulated processor, so four starts of one computer carry all of it, in this order.
describe('the appliance', () => {
  describe('switched on for the first time', () => firstStart(() => story));
  describe('the Linux underneath', () => underneath(() => story));
  describe('its browser', () => browserManners(() => story));
  describe('when something dies', () => recovery(() => ({ story, model })));
  describe('when the power is cut', () => powerCut(() => story));
  describe('without a keyboard', () => withoutKeyboard(() => story));
  describe('when the disk is not well', () => damage(() => story));
});

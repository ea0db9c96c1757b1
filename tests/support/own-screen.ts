import { SystemInfo } from '@matrix-os/contracts';
import type { BrowserContext } from 'playwright-core';

/**
 * Has the OS say what it says on an appliance: this browser is the machine's own screen. It is asked for the rest. Resolves
 * to what ends that, once no answer is under way any more: one that came after the browser has gone would be an error.
 */
export const onOwnScreen = async (
  context: BrowserContext,
  screen: () => SystemInfo['screen'],
): Promise<() => Promise<void>> => {
  await context.route('**/api/system', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ json: { ...SystemInfo.parse(await answer.json()), screen: screen() } });
  });
  return () => context.unrouteAll({ behavior: 'wait' });
};

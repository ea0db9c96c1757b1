import type { McpSdkServerConfigWithInstance } from '@anthropic-ai/claude-agent-sdk';
import { z } from 'zod';
import type { OsTools } from '../engine.ts';
import { outsideInput } from '../tools/outside-request.ts';
import type { Sdk } from './engine-source.ts';

const answer = (text: string) => ({ content: [{ type: 'text' as const, text }] });

/** The OS as tools of the model, in this process. One server per turn, because each tool acts for its turn. */
export const createOsServer = (
  sdk: Sdk,
  os: OsTools,
  signal: AbortSignal,
): McpSdkServerConfigWithInstance => {
  const app = z.string().describe("The app's folder name, such as todo");
  return sdk.createSdkMcpServer({
    name: 'os',
    version: '1.0.0',
    alwaysLoad: true,
    tools: [
      sdk.tool('open_window', 'Open an app in a window on the desktop.', { app }, async (input) =>
        answer(await os.openWindow(input.app)),
      ),
      sdk.tool('close_window', "Close an app's window.", { app }, async (input) =>
        answer(await os.closeWindow(input.app)),
      ),
      sdk.tool(
        'notify',
        'Show the owner a notice.',
        { title: z.string().max(80), message: z.string().max(300) },
        async (input) => answer(await os.notify(input.title, input.message)),
      ),
      sdk.tool('list_apps', 'List installed apps and the gallery.', {}, async () =>
        answer(await os.listApps()),
      ),
      sdk.tool('install_app', 'Install an app from the gallery.', { name: app }, async (input) =>
        answer(await os.installApp(input.name)),
      ),
      sdk.tool('remove_app', 'Move an app and its data to the bin.', { name: app }, async (input) =>
        answer(await os.removeApp(input.name)),
      ),
      sdk.tool(
        'schedule_job',
        "Do something later or regularly: give either `schedule` (cron, owner's time zone) or `at` (RFC 3339 in UTC), and either `message` (said to you then) or `notify` (shown to the owner).",
        {
          title: z.string().max(120),
          schedule: z.string().optional(),
          at: z.string().optional(),
          message: z.string().optional(),
          notify: z.string().optional(),
        },
        async ({ title, schedule, at, message, notify }) =>
          answer(
            await os.scheduleJob({
              title,
              ...(schedule === undefined ? {} : { schedule }),
              ...(at === undefined ? {} : { at }),
              ...(message === undefined ? {} : { message }),
              ...(notify === undefined ? {} : { notify }),
            }),
          ),
      ),
      sdk.tool('list_jobs', 'List scheduled jobs.', {}, async () => answer(await os.listJobs())),
      sdk.tool('cancel_job', 'Take a scheduled job away.', { id: z.string() }, async (input) =>
        answer(await os.cancelJob(input.id)),
      ),
      sdk.tool(
        'remember',
        'Keep a fact about the owner or their wishes for later conversations.',
        { fact: z.string() },
        async (input) => answer(await os.remember(input.fact)),
      ),
      sdk.tool('recall', 'Search what was remembered.', { query: z.string() }, async (input) =>
        answer(await os.recall(input.query)),
      ),
      sdk.tool(
        'outside',
        'Run a command that needs files outside of the home and the system. The owner is asked, and a yes opens exactly the named places, for this command only. Name real paths, not links.',
        outsideInput,
        async (input) => answer(await os.outside(input, signal)),
      ),
      sdk.tool(
        'ask_approval',
        'Ask the owner for a yes before something that is hard to take back. Waits for the answer.',
        { summary: z.string().max(200), detail: z.string() },
        async (input) =>
          answer(
            (await os.askApproval(input.summary, input.detail, signal))
              ? 'The owner said yes.'
              : 'The owner said no. Do not do it.',
          ),
      ),
    ],
  });
};

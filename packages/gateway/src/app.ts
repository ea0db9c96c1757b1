import type { Confinement, Kernel } from '@matrix-os/kernel';
import { AppError, type Logger } from '@matrix-os/kit';
import { Hono } from 'hono';
import type { Activity } from './activity.ts';
import type { Auth } from './auth/auth.ts';
import type { FileTickets } from './auth/file-tickets.ts';
import { addFrameRoutes } from './frames/frame-routes.ts';
import { createFrameTokens } from './frames/frame-tokens.ts';
import type { GatewayApp, GatewayEnv } from './http/context.ts';
import { guardSite, hardenHeaders, requireOwner } from './http/guards.ts';
import type { Peers } from './http/peer.ts';
import { problemResponse } from './http/problems.ts';
import { assertPlainTarget } from './http/raw-target.ts';
import type { SiteGuard } from './http/same-site.ts';
import type { Strangers } from './http/strangers.ts';
import { addAppDataRoutes, addAppRoutes } from './routes/apps.ts';
import { type AuthRoutesDeps, addAuthRoutes, addLoginRoute } from './routes/auth.ts';
import { addFileRoutes } from './routes/files.ts';
import { describeHealth, type HealthDeps } from './routes/health.ts';
import { addMessageRoute } from './routes/message.ts';
import { addNoticeRoutes } from './routes/notices.ts';
import { addSessionRoutes, addTurnRoutes } from './routes/sessions.ts';
import { addSettingsRoutes } from './routes/settings.ts';
import { addSystemRoute } from './routes/system.ts';

export interface AppDeps {
  readonly kernel: Kernel;
  readonly confinement: Confinement;
  readonly auth: Auth;
  readonly login: AuthRoutesDeps;
  readonly tickets: FileTickets;
  readonly site: SiteGuard;
  readonly peers: Peers;
  readonly strangers: Strangers;
  readonly activity: Activity;
  readonly health: HealthDeps;
  readonly log: Logger;
}

/** All of HTTP, in the order of trust: anyone, pages of this site, apps in their frames, the owner. */
export const createApp = (deps: AppDeps): GatewayApp => {
  const { kernel, activity, auth, health, peers, strangers } = deps;
  const app: GatewayApp = new Hono<GatewayEnv>();
  app.onError((error) => problemResponse(error, deps.log));
  app.notFound(() =>
    problemResponse(new AppError('not_found', 'There is nothing at this address.'), deps.log),
  );

  app.use(hardenHeaders);
  app.use(async (c, next) => {
    assertPlainTarget(c);
    await next();
  });
  app.get('/health', (c) => c.json(describeHealth(health)));

  app.use(guardSite(deps.site));
  addLoginRoute(app, deps.login);

  const tokens = createFrameTokens({ isLive: auth.isLive });
  addFrameRoutes(app, {
    tokens,
    confinement: deps.confinement,
    peers,
    onUse(request) {
      strangers.isWelcome(request);
      activity.touch('request');
    },
  });

  app.use(requireOwner({ auth, peers, strangers }));
  addAuthRoutes(app, deps.login);
  // After the login's own routes: asking whether one is signed in is no use of the OS.
  app.use(async (_c, next) => {
    activity.touch('request');
    await next();
  });
  addMessageRoute(app, { kernel, activity });
  addNoticeRoutes(app, { kernel });
  addSessionRoutes(app, { kernel });
  addTurnRoutes(app, { kernel });
  addAppRoutes(app, { kernel, tokens });
  addAppDataRoutes(app, { kernel });
  addSettingsRoutes(app, { kernel });
  addSystemRoute(app, { kernel, release: health.release });
  addFileRoutes(app, { kernel, confinement: deps.confinement, tickets: deps.tickets });
  return app;
};

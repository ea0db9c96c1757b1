import type { ProxyKey, ProxyLimits, ProxyNotice, ProxyUsageSummary } from '@matrix-os/contracts';
import { formatForPeople, parseUsd } from '../money/nano.ts';
import type { ReconciledDay } from '../reconcile/reconcile.ts';
import { type SpendDay, spendChart } from './chart.ts';
import { type Html, html } from './html.ts';
import { PAGE_STYLE } from './page-style.ts';

export type Tab = 'spend' | 'keys' | 'audit' | 'bill';

const TABS = [
  ['spend', '/', 'Spend'],
  ['keys', '/admin/keys', 'Keys and limits'],
  ['audit', '/admin/audit', 'Audit'],
  ['bill', '/admin/bill', "Provider's bill"],
] as const;

export interface Flash {
  readonly ok: boolean;
  readonly text: string | Html;
}

export const page = (tab: Tab | undefined, body: Html, flash?: Flash): string => {
  const nav = TABS.map(([id, href, title]) =>
    id === tab
      ? html`<a href="${href}" aria-current="page">${title}</a>`
      : html`<a href="${href}">${title}</a>`,
  );
  const top =
    tab === undefined
      ? ''
      : html`<header class="top"><h1>LLM proxy</h1><form method="post" action="/admin/logout"><button class="quiet">Sign out</button></form></header><nav>${nav}</nav>`;
  const told =
    flash && html`<section class="flash ${flash.ok ? '' : 'bad'}" role="status">${flash.text}</section>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>LLM proxy</title><style>${PAGE_STYLE}</style></head><body><main>${html`${top}${told}${body}`.text}</main></body></html>`;
};

export const loginView =
  (): Html => html`<section class="login"><h1>LLM proxy</h1><p class="soft">Sign in with the admin token of this proxy (PROXY_ADMIN_TOKEN).</p>
<form class="row" method="post" action="/admin/login"><label>Admin token<input type="password" name="token" required autofocus autocomplete="current-password" size="30"></label><button>Sign in</button></form></section>`;

export const spendView = (data: {
  summary: ProxyUsageSummary;
  days: readonly SpendDay[];
  series: readonly string[];
  notices: readonly ProxyNotice[];
}): Html => {
  const { summary, days, series, notices } = data;
  return html`<div class="figures">
<div><span>Today</span><b>${people(summary.today.costUsd)}</b><span>${count(summary.today.requests, 'request')}</span></div>
<div><span>This month</span><b>${people(summary.month.costUsd)}</b><span>${count(summary.month.requests, 'request')}</span></div>
<div><span>Tenants</span><b>${summary.users.length}</b><span>${count(summary.users.filter((user) => user.today.requests > 0).length, 'active one')} today</span></div>
<div><span>Read from cache</span><b>${cacheShare(summary)}</b><span>of this month's input</span></div>
</div>
<section><h2>Spend per day, by model</h2>${spendChart(days, series)}</section>
<section><h2>Tenants</h2>${
    summary.users.length === 0
      ? html`<p class="soft">None yet. <a href="/admin/keys">Make the first key.</a></p>`
      : html`<table><thead><tr><th>Tenant</th><th class="n">Today</th><th>of daily limit</th><th class="n">Month</th><th>of monthly limit</th><th class="n">Requests</th><th class="n">Left today</th></tr></thead><tbody>${summary.users.map(
          (user) =>
            html`<tr><td>${user.user} ${user.limits.hard ? '' : html`<span class="tag">soft</span>`}</td><td class="n">${people(user.today.costUsd)}</td><td>${share(user.limits.daily)}</td><td class="n">${people(user.month.costUsd)}</td><td>${share(user.limits.monthly)}</td><td class="n">${user.month.requests}</td><td class="n">${user.limits.daily === null ? '–' : people(user.limits.daily.leftUsd)}</td></tr>`,
        )}</tbody></table><p class="soft">As CSV: <a href="/usage/summary/day?format=csv">by day</a>, <a href="/usage/summary/model?format=csv">by model</a>, <a href="/usage/summary/session?format=csv">by session</a></p>`
  }</section>
<section><h2>Models this month</h2><table><thead><tr><th>Model</th><th>Paid by</th><th class="n">Requests</th><th class="n">Input</th><th class="n">Cache read</th><th class="n">Cache written</th><th class="n">Output</th><th class="n">Cost</th></tr></thead><tbody>${summary.byModel.map(
    (row) =>
      html`<tr><td>${row.model}</td><td>${row.payer === 'own' ? "tenant's own key" : 'shared account'}</td><td class="n">${row.requests}</td><td class="n">${tokens(row.inputTokens)}</td><td class="n">${tokens(row.cacheReadTokens)}</td><td class="n">${tokens(row.cacheWrite5mTokens + row.cacheWrite1hTokens)}</td><td class="n">${tokens(row.outputTokens)}</td><td class="n">${people(row.costUsd)}</td></tr>`,
  )}</tbody></table></section>
<section><h2>Limits reached</h2>${
    notices.length === 0
      ? html`<p class="soft">None so far.</p>`
      : html`<table><tbody>${notices.map(
          (notice) =>
            html`<tr><td>${when(notice.at)}</td><td>${notice.user}</td><td><span class="tag ${notice.percent === 100 ? 'bad' : 'warn'}">${notice.percent} %</span></td><td class="wrap">${notice.message}</td></tr>`,
        )}</tbody></table>`
  }</section>`;
};

export const keysView = (data: {
  keys: readonly ProxyKey[];
  summary: ProxyUsageSummary;
  now: number;
}): Html => {
  const { keys, summary, now } = data;
  return html`<section><h2>New key</h2><form class="row" method="post" action="/admin/keys"><label>Tenant<input name="tenant" required maxlength="63" pattern="[a-z0-9]+(-[a-z0-9]+)*" title="lower-case letters, digits and hyphens"></label><label>Label<input name="label" maxlength="80" placeholder="laptop"></label><button>Make a key</button></form></section>
<section><h2>Limits</h2><form class="row" method="post" action="/admin/quotas"><label>Tenant<input name="tenant" required list="tenants" placeholder="or: default"></label><datalist id="tenants"><option value="default">${summary.users.map((user) => html`<option value="${user.user}">`)}</datalist><label>Daily, $<input name="dailyLimitUsd" inputmode="decimal" size="8" placeholder="no limit"></label><label>Monthly, $<input name="monthlyLimitUsd" inputmode="decimal" size="8" placeholder="no limit"></label><label>Requests a minute<input name="requestsPerMinute" inputmode="numeric" size="8" placeholder="no limit"></label><label>At once<input name="requestsAtOnce" inputmode="numeric" size="6" placeholder="no limit"></label><label>Time zone<input name="timeZone" size="16" value="UTC"></label><label>Over the limit<select name="hard"><option value="1">refuse</option><option value="0">only tell</option></select></label><button>Set limits</button></form>
<p class="soft">Sets all of them together; an empty field takes that limit away. <code>default</code> is for tenants to come.</p>
<table><thead><tr><th>Tenant</th><th class="n">Daily</th><th class="n">Monthly</th><th class="n">A minute</th><th class="n">At once</th><th>Time zone</th><th></th></tr></thead><tbody>${summary.users.map(({ user, limits }) => html`<tr><td>${user}</td><td class="n">${limits.daily === null ? '–' : people(limits.daily.limitUsd)}</td><td class="n">${limits.monthly === null ? '–' : people(limits.monthly.limitUsd)}</td><td class="n">${limits.requestsPerMinute ?? '–'}</td><td class="n">${limits.requestsAtOnce ?? '–'}</td><td>${limits.timeZone}</td><td>${limits.hard ? '' : html`<span class="tag">soft</span>`}</td></tr>`)}</tbody></table></section>
<section><h2>Keys</h2><table><thead><tr><th>Tenant</th><th>Key</th><th>Label</th><th>Made</th><th>State</th><th></th></tr></thead><tbody>${keys.map(
    (key) =>
      html`<tr><td>${key.tenant}</td><td><code>mxk_${key.tenant}_…${key.hint}</code></td><td>${key.label}</td><td>${when(key.createdAt)}</td><td>${stateOf(key, now)}</td><td>${
        key.revokedAt === null
          ? html`<form class="row" method="post" action="/admin/keys/${key.id}/rotate"><button class="quiet">Rotate</button><button class="quiet bad" formaction="/admin/keys/${key.id}/revoke">Revoke</button></form>`
          : ''
      }</td></tr>`,
  )}</tbody></table><p class="soft">Rotating makes a new key and lets the old one work for a day more. Revoking is effective at once.</p></section>`;
};

export const auditView = (
  entries: readonly { at: string; actor: string; action: string; target: string; detail: string }[],
): Html =>
  html`<section><h2>Every change</h2><table><thead><tr><th>When</th><th>By</th><th>What</th><th>Tenant</th><th>Details</th></tr></thead><tbody>${entries.map((entry) => html`<tr><td>${when(entry.at)}</td><td>${entry.actor}</td><td>${entry.action}</td><td>${entry.target}</td><td class="wrap"><code>${entry.detail}</code></td></tr>`)}</tbody></table></section>`;

export const billView = (report: { enabled: boolean; days: readonly ReconciledDay[] }): Html =>
  report.enabled || report.days.length > 0
    ? html`<section><h2>The provider's bill beside the ledger</h2><form method="post" action="/admin/bill"><button class="quiet">Compare now</button></form><table><thead><tr><th>Day (UTC)</th><th class="n">Provider</th><th class="n">Ledger</th><th class="n">Difference</th><th></th></tr></thead><tbody>${report.days.map((day) => html`<tr><td>${day.day}</td><td class="n">$${day.providerUsd}</td><td class="n">$${day.ledgerUsd}</td><td class="n">$${day.differenceUsd}</td><td>${Number(day.differenceUsd) === 0 ? html`<span class="tag ok">equal</span>` : html`<span class="tag warn">differs</span>`}</td></tr>`)}</tbody></table></section>`
    : html`<section><h2>The provider's bill beside the ledger</h2><p class="soft">Set ANTHROPIC_ADMIN_KEY, and the ledger is compared every day with the provider's own usage and cost report.</p></section>`;

const people = (usd: string): string => formatForPeople(parseUsd(usd));
const when = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)}`;
const count = (number: number, name: string): string => `${number} ${name}${number === 1 ? '' : 's'}`;
const tokens = (number: number): string =>
  new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(number);

const share = (limit: ProxyLimits['daily']): Html => {
  if (limit === null) return html`<span class="soft">no limit</span>`;
  const most = Number(limit.limitUsd);
  const percent = most === 0 ? 100 : Math.min(100, Math.round((Number(limit.spentUsd) / most) * 100));
  return html`<meter min="0" max="100" low="80" high="99" optimum="0" value="${percent}">${percent} %</meter> ${percent} % of ${people(limit.limitUsd)}`;
};

const cacheShare = ({ month }: ProxyUsageSummary): string => {
  const all = month.inputTokens + month.cacheReadTokens + month.cacheWrite5mTokens + month.cacheWrite1hTokens;
  return all === 0 ? '–' : `${Math.round((month.cacheReadTokens / all) * 100)} %`;
};

const stateOf = (key: ProxyKey, now: number): Html => {
  if (key.revokedAt !== null) return html`<span class="tag bad">revoked</span>`;
  if (key.expiresAt === null) return html`<span class="tag ok">valid</span>`;
  if (Date.parse(key.expiresAt) <= now) return html`<span class="tag">expired</span>`;
  return html`<span class="tag warn">until ${when(key.expiresAt)}</span>`;
};

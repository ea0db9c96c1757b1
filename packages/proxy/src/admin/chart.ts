import { formatForPeople, highest, type Nano } from '../money/nano.ts';
import { type Html, html } from './html.ts';

export interface SpendDay {
  readonly day: string;
  /** By series, in the order of the legend. */
  readonly parts: readonly Nano[];
}

const WIDTH = 960;
const HEIGHT = 240;
const LEFT = 64;
const BOTTOM = 24;
const TOP = 8;

/** Stacked bars of spend per day. Plain SVG: each bar says its own numbers, to a pointer and to a screen reader. */
export const spendChart = (days: readonly SpendDay[], series: readonly string[]): Html => {
  const totals = days.map((day) => day.parts.reduce((sum, part) => sum + part, 0n));
  const most = niceCeiling(highest(totals));
  const plotHeight = HEIGHT - BOTTOM - TOP;
  const step = (WIDTH - LEFT) / Math.max(days.length, 1);
  const barWidth = Math.max(2, Math.min(28, step * 0.7));
  const heightOf = (nano: Nano): number => (Number(nano) / Number(most)) * plotHeight;
  const everyNth = Math.ceil(days.length / 10);

  const grid = [0n, 1n, 2n, 3n, 4n].map((quarter) => {
    const y = TOP + plotHeight - (plotHeight * Number(quarter)) / 4;
    return html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y}" y2="${y}" /><text class="tick" x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${axisLabel((most * quarter) / 4n)}</text>`;
  });
  const bars = days.map((day, index) => {
    const x = LEFT + step * index + (step - barWidth) / 2;
    let y = TOP + plotHeight;
    const parts = day.parts.map((part, at) => {
      const height = heightOf(part);
      y -= height;
      return height === 0
        ? ''
        : html`<rect class="s${at % 6}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${barWidth.toFixed(1)}" height="${height.toFixed(1)}" />`;
    });
    const named = series.flatMap((name, at) =>
      (day.parts[at] ?? 0n) > 0n ? [`${name} ${formatForPeople(day.parts[at] ?? 0n)}`] : [],
    );
    const label =
      index % everyNth === 0
        ? html`<text class="tick" x="${(x + barWidth / 2).toFixed(1)}" y="${HEIGHT - 6}" text-anchor="middle">${day.day.slice(5)}</text>`
        : '';
    return html`<g><title>${day.day}: ${formatForPeople(totals[index] ?? 0n)}${named.length > 0 ? ` (${named.join(', ')})` : ''}</title><rect class="hit" x="${(LEFT + step * index).toFixed(1)}" y="${TOP}" width="${step.toFixed(1)}" height="${plotHeight}" />${parts}${label}</g>`;
  });
  const legend = series.map((name, at) => html`<li><span class="swatch s${at % 6}"></span>${name}</li>`);
  return html`<figure class="chart"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Spend per day">${grid}${bars}</svg><ul class="legend">${legend}</ul></figure>`;
};

/** 1, 2 or 5 times a power of ten; at least a cent, so that an empty chart has an axis. */
const niceCeiling = (nano: Nano): Nano => {
  for (let power = 10_000_000n; ; power *= 10n) {
    for (const factor of [1n, 2n, 5n]) {
      if (nano <= power * factor) return power * factor;
    }
  }
};

const axisLabel = (nano: Nano): string => {
  const dollars = Number(nano) / 1e9;
  return `$${dollars >= 10 || dollars === 0 ? dollars.toFixed(0) : dollars >= 0.1 ? dollars.toFixed(2) : dollars.toFixed(4)}`;
};

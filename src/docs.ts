/** Tables for the README, made from the catalogues so that the two cannot drift apart. */
import type { Features } from './catalogue/measures.js';
import type { Weights } from './catalogue/weights.js';
import { curveWords } from './scoring/curves.js';

const table = (head: string, rule: string, rows: readonly (readonly (string | number)[])[]): string =>
  [
    head,
    rule,
    ...rows.map((cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`),
    '',
  ].join('\n');

/** A Markdown table of features: column, unit, what it says, where it is measured. */
export const featuresTable = (features: Features): string =>
  table(
    '| column | unit | what it is | measured over |',
    '|---|---|---|---|',
    Object.entries(features).map(([name, { unit, says, from, is }]) => [
      `\`${name}\``,
      unit,
      says,
      is.op === 'ratio' ? `\`${is.of}\` / \`${is.per}\`` : from,
    ]),
  );

/** A Markdown table of weights: signal, points, curve, reason. */
export const weightsTable = (weights: Weights): string =>
  table(
    '| signal | points | earned | because |',
    '|---|---:|---|---|',
    Object.entries(weights).map(([signal, { points, earns, because }]) => [
      `\`${signal}\``,
      points,
      curveWords(earns),
      because,
    ]),
  );

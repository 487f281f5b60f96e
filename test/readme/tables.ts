/** Tables for the README, made from the catalogues so that the two cannot drift apart. */
import type { Features } from '../../src/catalogue/measures.js';
import type { Persona } from '../../src/catalogue/personas.js';
import type { Source, Theirs } from '../../src/catalogue/sources.js';
import type { Weights } from '../../src/catalogue/weights.js';
import { curveWords } from '../../src/scoring/curves.js';

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

/** A Markdown table of sources: the name for `--from`, which export is meant, and their columns by ours. */
export const sourcesTable = (sources: Readonly<Record<string, Source>>): string =>
  table(
    '| `--from` | the export | our columns: theirs |',
    '|---|---|---|',
    Object.entries(sources).map(([name, { says, source, columns }]) => [
      `\`${name}\``,
      `[${says}](${source})`,
      Object.entries(columns)
        .map(
          ([ours, theirs]: [string, Theirs]) =>
            `${ours}: ${[theirs]
              .flat()
              .map((one) => `\`${one}\``)
              .join(' or ')}`,
        )
        .join('; '),
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

/** A Markdown table of personas: how many of every hundred users, their intent (least and greatest), reason. */
export const personasTable = (personas: Readonly<Record<string, Persona>>): string =>
  table(
    '| persona | of 100 | intent | why it is there |',
    '|---|---:|---|---|',
    Object.entries(personas).map(
      ([
        name,
        {
          share,
          intent: [least, greatest],
          because,
        },
      ]) => [`\`${name}\``, share, least === greatest ? least : `${least} - ${greatest}`, because],
    ),
  );

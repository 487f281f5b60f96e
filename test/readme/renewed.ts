/** The parts of the README that are made from the catalogues and the demo. */
import { features } from '../../src/catalogue/features.js';
import { personas } from '../../src/catalogue/personas.js';
import { spamWords } from '../../src/catalogue/sessions.js';
import { sources } from '../../src/catalogue/sources.js';
import { defaultWeights } from '../../src/catalogue/weights.js';
import type { Demo } from '../demo.js';
import { rowsOf } from '../commands/gesture.js';
import { featuresTable, personasTable, sourcesTable, weightsTable } from './tables.js';

/** Of the list that rank prints: its head, the first user, and the first one who has not converted. */
const excerpt = ({ files, screen }: Demo): string => {
  const [head = '', ...users] = screen.split(/^(?= +\d+ {2}\S+ )/m);
  const open = rowsOf(files['top_users.csv'] ?? '').findIndex(({ converted }) => converted === '0');
  const gap = open > 1 ? ['    ...\n'] : [];
  const [last = '', legend = ''] = (users.at(-1) ?? '').split('\n\n');
  const shown = [users[0], ...gap, ...(open > 0 ? [users.length - 1 === open ? `${last}\n` : users[open]] : [])];
  return ['```\n', head, ...shown, gap.length > 0 ? '    ...\n\n' : '\n', legend, '```\n'].join('');
};

/** An example program with what it prints in the comments behind `console.log`, shortened after a comma. */
export const withOutput = (program: string, printed: string): string => {
  const lines = printed.split('\n');
  return program.replaceAll(/(console\.log\(.*\);).*/g, (_, call: string) => {
    const said = lines.shift() ?? '';
    const short = said.length > 60 ? `${said.slice(0, said.lastIndexOf(', ', 60))}, ...` : said;
    return `${call} // ${short}`;
  });
};

/** The README with every part between `<!-- name -->` and `<!-- /name -->` made anew, and the rule about sessions. */
export const renewed = (readme: string, demo: Demo, library: string): string => {
  const parts = {
    list: excerpt(demo),
    library: `\`\`\`js\n${library}\`\`\`\n`,
    sources: sourcesTable(sources),
    features: featuresTable(features),
    weights: weightsTable(defaultWeights),
    personas: personasTable(personas),
  };
  const rule = /at least \S+ events at more than \S+ per second/g;
  if (!rule.test(readme)) throw new Error('the README does not state the rule about sessions');
  return Object.entries(parts).reduce(
    (text, [name, part]) => {
      const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
      const [before, old, ...rest] = text.split(open).flatMap((piece) => piece.split(close));
      if (old === undefined || rest.length !== 1) throw new Error(`the README must have one part ${open} ${close}`);
      return `${before}${open}\n\n${part}\n${close}${rest[0]}`;
    },
    readme.replaceAll(rule, spamWords),
  );
};

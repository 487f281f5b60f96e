// `gesture generate` in both orders beside a plain loop that writes rows made beforehand: the least any generator costs.
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GESTURE, beside, measure } from './measure.mjs';

const BATCH = 1000;

/** Writes the rows of a file ten times over with csv-stringify: the seconds that took. */
const writeRows = async (input, out) => {
  const rows = parse(readFileSync(input));
  const begin = performance.now();
  const chunks = function* () {
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < rows.length; i += BATCH) yield stringify(rows.slice(i, i + BATCH));
    }
  };
  await pipeline(Readable.from(chunks(), { highWaterMark: 4 }), createWriteStream(out));
  return (performance.now() - begin) / 1000;
};

/** About a million events of 66,000 users. */
export const generate = (_, folder) => {
  const users = 66_000;
  const tenth = join(folder, 'tenth.csv');
  measure([...GESTURE, 'generate', '--users', String(users / 10), '--out', tenth], folder);
  const plain = 'a plain loop over rows made before';
  const generating = (order) => ({
    name: `generate --order ${order}`,
    argv: [...GESTURE, 'generate', '--users', String(users), '--order', order, '--out', join(folder, 'generated.csv')],
    of: plain,
  });
  return {
    title: 'Generating about 1,000,000 events',
    cases: [
      {
        name: plain,
        argv: [process.execPath, '--max-old-space-size=8192', beside('generate.mjs'), tenth, join(folder, 'loop.csv')],
        seconds: Number,
      },
      generating('user'),
      generating('time'),
    ],
  };
};

if (process.argv[1] === beside('generate.mjs'))
  process.stdout.write(String(await writeRows(process.argv[2], process.argv[3])));

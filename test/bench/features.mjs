// `gesture features` beside other ways to the same columns, and on what real exports have.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeExports } from './exports.mjs';
import { GESTURE, beside } from './measure.mjs';

const CLEAN = 'gesture';

const features = (folder, ...args) => [...GESTURE, 'features', ...args, '--out', join(folder, 'user_features.csv')];

/** Plain DuckDB on a file. */
const plain = (folder, input, ...instant) => [
  process.execPath,
  beside('plain.mjs'),
  input,
  join(folder, 'plain.csv'),
  ...instant,
];

/** The programs in a folder, called NAME_features.mjs, .cjs or .py; each is run as PROGRAM IN OUT. */
const peersIn = (peers, events, folder) =>
  readdirSync(peers)
    .filter((file) => /_features\.(?:mjs|cjs|py)$/.test(file))
    .map((file) => {
      const name = file.replace(/_features\..*/, '');
      const by = file.endsWith('.py') ? (process.env.PYTHON ?? 'python3') : process.execPath;
      return { name, argv: [by, join(peers, file), events, join(folder, `${name}.csv`)], of: CLEAN };
    });

/** The same log and the same columns, by gesture and by others: their time as a multiple of ours. */
export const peers = (events, options, folder) => ({
  title: `The features of ${options.events}`,
  cases: [
    { name: CLEAN, argv: features(folder, events) },
    { name: 'gesture, --memory-limit 1GB', argv: features(folder, events, '--memory-limit', '1GB'), of: CLEAN },
    { name: 'plain DuckDB', argv: plain(folder, events), of: CLEAN },
    ...(options.peers === undefined ? [] : peersIn(options.peers, events, folder)),
  ],
});

/** The same log as real exports have it, as a multiple of the clean CSV; and plain DuckDB on the same file. */
export const shapes = async (events, options, folder) => {
  const place = join(folder, 'exports');
  mkdirSync(place);
  const cases = (await makeExports(events, place)).flatMap(({ name, paths, flags, plain: instant }) => [
    { name, argv: features(folder, ...paths, ...flags), of: CLEAN },
    ...(instant === undefined
      ? []
      : [{ name: `${name}, plain DuckDB`, argv: plain(folder, paths[0], instant), of: name }]),
  ]);
  return {
    title: `What real exports have: ${options.events}`,
    cases: [{ name: CLEAN, argv: features(folder, events) }, ...cases],
  };
};

/** Names chosen to do harm: of files, folders, columns, values and flags. They are data, and are printed as such. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { call } from '../commands/call.js';
import { featuresCsv } from '../commands/gesture.js';
import { pointsOf } from '../fixtures/scoring.js';
import { temporary } from '../config/temporary.js';

const { folder: root } = temporary();
const HEADER = 'event_id,user_id,timestamp,event_type';

/** Anything a terminal obeys: escapes, other control characters, marks that turn the text. */
const OBEYED = /[^\P{Cc}\n]|[\u200B-\u200F\u2028-\u202E\u2066-\u2069]/u;

const FILES = [
  "it's.csv",
  'say "hi".csv',
  'log[1].csv',
  '[!a]*.csv',
  'log?.csv',
  '{a,b}.csv',
  '**',
  '[.csv',
  '$1.csv',
  "'; DROP TABLE by_event; --.csv",
  '"); DROP TABLE by_event; --.csv',
  'two\nlines.csv',
  '--out=x.csv',
  'hive=1.csv',
  'é日本👩.csv',
  'back\\slash.csv',
  '$(id)`id`;|&.csv',
  's3:x.csv',
  'log.csv?versionId=1',
  '\u001B[31mred\u0007.csv',
  '\u202Efdp.csv',
];

describe('names of files', () => {
  const folder = join(root, `it's [1] "$1"*`);
  mkdirSync(folder);
  const logs = FILES.map((name, i) => {
    const good = `e${i},u${i},2026-01-05T09:00:00Z,signup\n`;
    writeFileSync(join(folder, name), `${HEADER}\n${good}`);
    return `./${name}`;
  });

  it('are names, whatever is in them: of logs, of outputs, and of the folder of both', async () => {
    const run = await call(folder, ['features', ...logs, '--out', "./'; DROP.csv"]);
    expect(run).toMatchObject({ status: 0 });
    expect(run.stderr).toContain(`read ${FILES.length} = used ${FILES.length} + rejected 0`);
    expect(run.stderr).not.toMatch(OBEYED);
    expect(parse(readFileSync(join(folder, "'; DROP.csv")))).toHaveLength(FILES.length + 1);
    const ranked = await call(folder, ['rank', "./'; DROP.csv", '--out', './\u001B[2J\u202E.csv']);
    expect(ranked).toMatchObject({ status: 0 });
    expect(ranked.stderr).not.toMatch(OBEYED);
  });

  it('also where the logs have to be read with care', async () => {
    for (const [i, name] of FILES.entries()) {
      writeFileSync(join(folder, name), `${HEADER}\ne${i},u${i},2026-01-05,signup\nx,"u""${i}",yesterday,x\n`);
    }
    const run = await call(folder, ['features', ...logs, '--out', './out.csv', '--max-rejected', '50%']);
    expect(run).toMatchObject({ status: 0 });
    expect(run.stderr).not.toMatch(OBEYED);
    const [, ...rejected]: string[][] = parse(readFileSync(join(folder, 'rejected_events.csv')));
    expect(rejected.map(([line, column, , , file]) => [line, column, file])).toEqual(
      logs.map((name) => ['3', 'timestamp', name]),
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it.each([
    ['features', ['features', '\u001B[2Jnone.csv']],
    ['rank', ['rank', '\u202Enone.csv']],
    ['rank --config', ['rank', '--config', '\u001B]0;title\u0007.yaml']],
    ['an unknown flag', ['rank', '--\u001B[2J']],
    ['an unknown command', ['\u001B[2J']],
    ['a choice', ['rank', '--label', '\u001B[2J\u202E']],
  ])('are printed without what a terminal obeys: %s', async (_, args) => {
    const { stderr, status } = await call(root, args);
    expect(stderr).toMatch(/^(gesture|error): /);
    expect(stderr).not.toMatch(OBEYED);
    expect([2, 66]).toContain(status);
  });

  it('init says what it wrote without what a terminal obeys', async () => {
    const { stderr } = await call(root, ['init', '--out', '\u001B[2J\u202Egesture.yaml']);
    expect(stderr).toBe("wrote    gesture.yaml\nnext     gesture features --config 'gesture.yaml'\n");
  });
});

describe('names in the configuration', () => {
  it.each(['a"b', "it's", '$1', '"); DROP TABLE by_event; --', "'; ATTACH 'x.db'; --", '__proto__', 'constructor'])(
    'a column %j is a column, and a value a value',
    async (name) => {
      const folder = join(root, Buffer.from(name).toString('hex'));
      mkdirSync(folder);
      const quoted = JSON.stringify(name);
      const measures = [
        `op: sum, column: ${quoted}`,
        `op: countWhere, column: event_type, equals: ${quoted}`,
        `op: countWhere, column: event_type, in: [${quoted}, x]`,
        `op: everyOf, column: event_type, values: [${quoted}]`,
      ];
      const features = ['constructor', 'b', 'c', 'd'].map(
        (feature, i) => `  ${feature}: { from: events, is: { ${measures[i] ?? ''} }, unit: events, says: x }\n`,
      );
      const events = name === '__proto__' ? '' : `events: { types: { renamed: signup } }\n`;
      writeFileSync(join(folder, 'gesture.yaml'), `${events}features:\n${features.join('')}`);
      const cell = `"${name.replaceAll('"', '""')}"`;
      const rows = [
        [`${HEADER},${cell}`],
        [`e1,__proto__,2026-01-05,${cell},5`],
        [`e2,__proto__,2026-01-05,renamed,7`],
      ];
      writeFileSync(join(folder, 'log.csv'), rows.map((row) => `${row.join('')}\n`).join(''));
      const { stdout, stderr } = await call(folder, ['features', 'log.csv', '--out', '-']);
      expect(stderr).toContain('read 2 = used 2 + rejected 0');
      const [row]: Record<string, string>[] = parse(stdout, { columns: true });
      expect(row).toMatchObject({ user_id: '__proto__', constructor: '12', b: '1', c: '1', d: '1' });
    },
  );

  it('words are printed without what a terminal obeys', async () => {
    const folder = join(root, 'words');
    mkdirSync(join(folder, 'data'), { recursive: true });
    const says = '"\\u202Eevil\\u200B words"';
    writeFileSync(
      join(folder, 'gesture.yaml'),
      `features:\n  mine: { from: events, is: { op: count }, unit: ${says}, says: ${says} }\n` +
        `weights:\n  mine: { points: ${pointsOf('signups')}, binary: true, because: ${says}, phrase: ${says} }\n  signups: 0\n`,
    );
    const users = featuresCsv([
      { user_id: 'ana', username: '\u001B[31m\u202EAna', mine: 1 },
      { user_id: 'ben', mine: 0 },
    ]);
    writeFileSync(join(folder, 'data/user_features.csv'), users);
    for (const args of [['rank'], ['explain', 'ana'], ['explain', 'ben', '--what-if', 'mine=1']]) {
      const { status, stdout, stderr } = await call(folder, args);
      expect({ status, obeyed: OBEYED.test(stdout + stderr) }).toEqual({ status: 0, obeyed: false });
    }
  });
});

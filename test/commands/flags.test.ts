/** Every flag with a value: what it takes, and the one form in which it refuses anything else. */
import { Command } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';
import { addCommands } from '../../src/commands/index.js';
import {
  changes,
  csvFile,
  delimiter,
  instant,
  listFormat,
  memory,
  oneOf,
  minimumScore,
  share,
  wholeNumber,
} from '../../src/commands/flags.js';
import { Failure } from '../../src/model.js';

const program = async (): Promise<Command> => {
  const gesture = new Command();
  await addCommands(gesture, () => true);
  return gesture;
};

const { commands } = await program();

/** Flags that take any text: files of any name, logs, a seed, and the list of rank, whose ending is checked with --format. */
const FREE = ['seed', 'config', 'init --out', 'rank --out', 'report --events'];

describe('a wrong value', () => {
  const flags = commands.flatMap((command) =>
    command.options
      .filter(({ required, long }) => required && !FREE.some((free) => `${command.name()} ${long}`.endsWith(free)))
      .map(({ long }) => [command.name(), long ?? ''] as const),
  );

  it('is known of every flag but those that take any text', () => {
    expect(flags.length).toBeGreaterThan(20);
  });

  it.each(flags)('of %s %s is refused before an input is opened, with its rule', async (command, flag) => {
    const refused = (await program()).parseAsync([command, 'nowhere', 'nowhere', flag, 'wrong.value'], {
      from: 'user',
    });
    await expect(refused).rejects.toThrow(Failure);
    await expect(refused).rejects.toMatchObject({ kind: 'usage' });
    await expect(refused).rejects.toThrow(new RegExp(`^${flag} wrong\\.value: must be \\w`));
  });
});

const rules = {
  wholeNumber: wholeNumber('--n', 1),
  bounded: wholeNumber('--n', 0, 3660),
  share: share('--n'),
  score: minimumScore('--n'),
  instant: instant('--n'),
  oneOf: oneOf('--n', ['user', 'time']),
  memory: memory('--n'),
  delimiter: delimiter('--n'),
  changes: changes('--n'),
  csvFile: csvFile('--n'),
};

it.each([
  ['wholeNumber', '1', 1],
  ['wholeNumber', '007', 7],
  ['bounded', '3660', 3660],
  ['share', '0.05', 0.05],
  ['share', '5%', 0.05],
  ['share', '100%', 1],
  ['share', '0', 0],
  ['score', '3.34', 3.34],
  ['score', '100', 100],
  ['instant', '1970-01-01T00:00:01Z', { instant: 1_000_000n, isDay: false }],
  ['instant', '1970-01-01', { instant: 0n, isDay: true }],
  ['oneOf', 'time', 'time'],
  ['memory', '512MB', '512MB'],
  ['delimiter', ';', ';'],
  ['delimiter', 'tab', '\t'],
  ['delimiter', '\\t', '\t'],
  ['changes', 'signups=2', [{ signal: 'signups', value: 2 }]],
  ['changes', 'signups=', [{ signal: 'signups', value: Number.NaN }]],
  ['csvFile', '-', '-'],
  ['csvFile', '/dev/fd/63.x', '/dev/fd/63.x'],
  ['csvFile', 'data.v1/users', 'data.v1/users'],
  ['csvFile', 'USERS.CSV', 'USERS.CSV'],
] as const)('%s reads %s', (name, text, value) => {
  expect(rules[name](text)).toEqual(value);
});

it.each([
  ['wholeNumber', '0', 'a whole number, 1 or more'],
  ['wholeNumber', '1e3', 'a whole number, 1 or more'],
  ['wholeNumber', '', 'a whole number, 1 or more'],
  ['bounded', '3661', 'a whole number from 0 to 3,660'],
  ['bounded', '-1', 'a whole number from 0 to 3,660'],
  ['share', '2', 'a share from 0% to 100%, such as 0.05 or 5%'],
  ['share', '101%', 'a share from 0% to 100%, such as 0.05 or 5%'],
  ['share', 'half', 'a share from 0% to 100%, such as 0.05 or 5%'],
  ['score', '101', 'a number from 0 to 100 with at most two decimals'],
  ['score', '29.994', 'a number from 0 to 100 with at most two decimals'],
  ['instant', '2026-02-30', 'an ISO 8601 date or time such as 2026-01-31 or 2026-01-31T18:00:00Z, or now'],
  ['oneOf', 'tmie', 'one of user, time. Did you mean "time"?'],
  ['memory', '512', 'a size such as 512MB or 2GB'],
  ['delimiter', 'ab', "one character such as ';', or tab"],
  ['delimiter', '"', "one character such as ';', or tab"],
  ['changes', 'signups', 'a signal and a plain number, such as pricing_page_views=6'],
  ['changes', 'signups=six', 'a signal and a plain number, such as pricing_page_views=6'],
  ['changes', 'a=1=2', 'a signal and a plain number, such as pricing_page_views=6'],
  ['csvFile', 'users.xlsx', 'a name that ends in .csv, or one without an ending'],
  ['csvFile', 'users.json', 'a name that ends in .csv, or one without an ending'],
] as const)('%s refuses %j', (name, text, rule) => {
  expect(() => rules[name](text)).toThrow(new Failure('usage', `--n ${text || "''"}: must be ${rule}`));
});

it('takes the current time for now', () => {
  const before = Date.now();
  const now = Number(rules.instant('now').instant) / 1000;
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

it('collects the values of a flag that is repeated', () => {
  expect(rules.changes('b=2', rules.changes('a=1'))).toEqual([
    { signal: 'a', value: 1 },
    { signal: 'b', value: 2 },
  ]);
});

describe('the format of a list', () => {
  it.each([
    ['list.csv', undefined, 'csv'],
    ['list.JSON', undefined, 'json'],
    ['list.ndjson', undefined, 'ndjson'],
    ['-', undefined, 'csv'],
    ['/dev/stdout', undefined, 'csv'],
    ['folder.html/list', undefined, 'csv'],
    ['list.html', 'json', 'json'],
    ['list.csv', 'ndjson', 'ndjson'],
  ] as const)('of %s, asked for %s, is %s', (out, format, expected) => {
    expect(listFormat(out, format)).toBe(expected);
  });

  it.each(['list.html', 'list.xlsx', 'list.jsonl'])('is unknown of %s', (out) => {
    expect(() => listFormat(out, undefined)).toThrow(
      `--out ${out}: must be a name that ends in one of .csv, .json, .ndjson, or choose the format with --format`,
    );
  });
});

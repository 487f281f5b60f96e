/** Names and values from a log or a configuration are data: quoted, whatever they hold. */
import { expect, it } from 'vitest';
import { defaultConfig, defaultReading } from '../../src/config/settings.js';
import { identifier, literal } from '../../src/sql/text.js';
import { find } from '../engine/find.js';
import { toCsv } from '../oracle/logs.js';

it('a name and a value are quoted, and the quotes in them doubled', () => {
  expect(identifier('a "b"; DROP TABLE x')).toBe('"a ""b""; DROP TABLE x"');
  expect(literal("it's; DROP TABLE x --")).toBe("'it''s; DROP TABLE x --'");
});

it('columns, types and values with quotes in them are read as they are', async () => {
  const column = `pl"an'; --`;
  const is = { op: 'countWhere', column, equals: `it's "pro"` } as const;
  const pro = { from: 'events', is, unit: 'events', says: 'pro' } as const;
  const config = {
    ...defaultConfig,
    features: { ...defaultConfig.features, pro },
    events: [{ ...defaultReading, types: { "O'Neil": 'signup' } }],
  };
  const log = {
    header: ['user_id', 'timestamp', 'event_type', column],
    rows: [
      ['ana', '2026-01-05', "O'Neil", `it's "pro"`],
      ['ana', '2026-01-05', 'search', 'its pro'],
    ],
  };
  const { rows } = await find([toCsv(log)], { config });
  const of = (name: string): string | undefined => rows[1]?.[rows[0]?.indexOf(name) ?? -1];
  expect([of('pro'), of('signups'), of('search_events')]).toEqual(['1', '1', '1']);
});

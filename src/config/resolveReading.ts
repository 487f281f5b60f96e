/** Turns the entries of `events` in gesture.yaml into readings. */
import { pricingPage } from '../catalogue/sources.js';
import type { ConfigInput, ReadingInput } from './schema.js';
import { type Reading, readingOf } from './settings.js';

/** The entries of `events`, each with its place in the file. */
export const entriesOf = ({ events }: ConfigInput): { place: PropertyKey[]; entry: ReadingInput }[] =>
  Array.isArray(events)
    ? events.map((entry, i) => ({ place: ['events', i], entry }))
    : [{ place: ['events'], entry: events ?? {} }];

/** One name or several, as several. */
const listOf = (names: string | readonly string[] | undefined): readonly string[] | undefined =>
  typeof names === 'string' ? [names] : names;

/** Who is who: the column of anonymous ids, over what the source says. */
const resolveIdentity = ({ identity }: ReadingInput, base: Reading): Reading['identity'] => {
  if (identity === undefined) return base.identity;
  const { column, alias } = typeof identity === 'string' ? { column: identity, alias: undefined } : identity;
  const resolved = column ?? base.identity?.column;
  if (resolved === undefined) return undefined;
  const linked = alias ?? (column === undefined ? base.identity?.alias : undefined);
  return { column: resolved, ...(linked !== undefined && { alias: linked }) };
};

/** How some logs are read: an entry of gesture.yaml merged over its source, which `--from` overrides. */
export const resolveReading = (entry: ReadingInput, defaults: Reading, ownTypes: readonly string[]): Reading => {
  const base = defaults.from === undefined && entry.from !== undefined ? readingOf(entry.from) : defaults;
  const { pages, unknown } = entry;
  const column = pages?.column ?? base.pages?.column;
  return {
    ...base,
    ownTypes,
    files: listOf(entry.files) ?? base.files,
    columns: { ...base.columns, ...entry.columns },
    header: entry.header ?? base.header,
    type: entry.type ?? base.type,
    types: { ...base.types, ...entry.types },
    pages: column === undefined ? undefined : { column, pricing: pages?.pricing ?? base.pages?.pricing ?? pricingPage },
    unknown: unknown ?? base.unknown,
    timestamp: listOf(entry.timestamp) ?? base.timestamp,
    timezone: entry.timezone ?? base.timezone,
    decimal: entry.decimal ?? base.decimal,
    id: entry.id ?? base.id,
    identity: resolveIdentity(entry, base),
    where: entry.where === undefined ? base.where : [entry.where].flat(),
    raggedRows: entry.ragged_rows ?? base.raggedRows,
  };
};

/** The file of known identities, if an entry of `events` names one. */
export const identityMapOf = (input: ConfigInput): string | undefined =>
  entriesOf(input)
    .map(({ entry }) => (typeof entry.identity === 'object' ? entry.identity.map : undefined))
    .find((map) => map !== undefined);

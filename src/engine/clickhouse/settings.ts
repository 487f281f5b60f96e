/** Settings of a user by which a server answers in part without a word: a table made from such answers would be wrong. */
import { Failure } from '../../model.js';
import type { Address } from './address.js';
import type { Row } from './lines.js';

/** What a server does beyond a limit, by the name of the setting, and the limits. */
const OVERFLOWS: Readonly<Record<string, readonly string[]>> = {
  read_overflow_mode: ['max_rows_to_read', 'max_bytes_to_read'],
  read_overflow_mode_leaf: ['max_rows_to_read_leaf', 'max_bytes_to_read_leaf'],
  group_by_overflow_mode: ['max_rows_to_group_by'],
  sort_overflow_mode: ['max_rows_to_sort', 'max_bytes_to_sort'],
  result_overflow_mode: ['max_result_rows', 'max_result_bytes'],
  timeout_overflow_mode: ['max_execution_time'],
  set_overflow_mode: ['max_rows_in_set', 'max_bytes_in_set'],
  join_overflow_mode: ['max_rows_in_join', 'max_bytes_in_join'],
  distinct_overflow_mode: ['max_rows_in_distinct', 'max_bytes_in_distinct'],
  transfer_overflow_mode: ['max_rows_to_transfer', 'max_bytes_to_transfer'],
};

/** Settings that cut off every answer. */
const CUTS = ['limit', 'offset'];

/** What matters of the settings of a user. */
export interface UserSettings {
  /** 0 anything may be changed, 1 nothing, 2 settings. */
  readonly readonly: string;
  readonly skipsShards: boolean;
}

/**
 * Reads the settings of the user.
 *
 * @throws Failure `data` for a user whose answers may lack something
 */
export const readSettings = async (
  rows: (sql: string) => Promise<Row[]>,
  { name }: Pick<Address, 'name'>,
): Promise<UserSettings> => {
  const names = ['readonly', 'skip_unavailable_shards', ...CUTS, ...Object.entries(OVERFLOWS).flat(2)];
  const [row] = await rows(`SELECT ${names.map((one) => `toString(getSetting('${one}'))`).join(', ')}`);
  const refuse = (setting: string): Failure =>
    new Failure('data', `${name}: the server is set to answer this user in part, without an error: unset ${setting}`);
  // If an answer of one row is cut off, so are all others.
  if (row === undefined) throw refuse(`${CUTS.join(', ')} and the *_overflow_mode that are break`);
  const values = new Map(names.map((one, i) => [one, row[i] ?? '']));
  const isSet = (setting: string): boolean => !['0', '0.0', ''].includes(values.get(setting) ?? '');
  const cut = CUTS.find(isSet);
  if (cut !== undefined) throw refuse(cut);
  for (const [mode, limits] of Object.entries(OVERFLOWS)) {
    const limit = limits.find(isSet);
    if (values.get(mode) !== 'throw' && limit !== undefined) throw refuse(`${mode} or ${limit}`);
  }
  return {
    readonly: values.get('readonly') ?? '',
    skipsShards: isSet('skip_unavailable_shards') && values.get('skip_unavailable_shards') !== 'false',
  };
};

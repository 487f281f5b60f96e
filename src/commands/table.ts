/** Features of a table on a server rather than of files: the input as an address, and what measures it there. */
import { type Address, parseAddress, PASSWORD } from '../engine/clickhouse/address.js';
import type { TableRequest } from '../engine/clickhouse/prepare.js';
import type { Outcome } from '../engine/features.js';
import { isAddress } from '../intake/find.js';
import { Failure } from '../model.js';
import { printable } from '../text/printable.js';
import { firstGiven } from './flags.js';

/** The flags that mean something for only one of files and tables. */
interface Flags {
  readonly slices?: number | undefined;
  readonly printSql?: true | undefined;
  readonly at?: unknown;
  readonly labelHorizon?: unknown;
  readonly delimiter?: unknown;
  readonly threads?: unknown;
  readonly memoryLimit?: unknown;
  readonly excluded?: unknown;
}

/** The table that is read, if the input is one rather than files. @throws Failure `usage` beside other inputs, and with flags for files */
export const tableToRead = (inputs: readonly string[], flags: Flags): Address | undefined => {
  const address = inputs.find(isAddress);
  if (address === undefined) {
    if (flags.slices !== undefined)
      throw new Failure('usage', '--slices is for a table: clickhouse://user@host:8443/database/table');
    return undefined;
  }
  if (inputs.length > 1) throw new Failure('usage', 'a table must be the only input: remove the others');
  const given = firstGiven({
    '--at': flags.at,
    '--label-horizon': flags.labelHorizon,
    '--delimiter': flags.delimiter,
    '--threads': flags.threads,
    '--memory-limit': flags.memoryLimit,
    '--excluded': flags.excluded,
  });
  if (given !== undefined) throw new Failure('usage', `${given} is for files, not for a table on a server`);
  return parseAddress(address, process.env[PASSWORD]);
};

/** Measures a table on its server, or says how. */
export const measureTable = async (
  table: Address,
  request: TableRequest,
  to: string,
  printSql: boolean,
): Promise<Outcome | string> => {
  const [{ withServer }, { computeTable, queryOfTable }] = await Promise.all([
    import('../engine/clickhouse/client.js'),
    import('../engine/clickhouse/features.js'),
  ]);
  const say = (line: string): void => void process.stderr.write(`gesture: ${printable(line)}\n`);
  return withServer<Outcome | string>(table, say, (server) =>
    printSql ? queryOfTable(server, request) : computeTable(server, request, to),
  );
};

/** `gesture features --at --label-horizon`: a table to train any model on. */
import { join } from 'node:path';
import { isoSecond } from '../backtest/result.js';
import type { Config } from '../config/settings.js';
import { Failure, MAX_REJECTED } from '../model.js';
import { labelled, screenOf } from '../text/columns.js';
import { endOf, type NamedTime } from '../text/instants.js';
import { counted, grouped } from '../text/numbers.js';
import { toJson } from '../text/printable.js';
import { accountsLine } from './featuresScreen.js';
import { FEATURES_FILE } from './files.js';
import { firstGiven } from './flags.js';

/** The flags of `features` that a training table obeys. */
export interface TrainingFlags {
  readonly at?: readonly NamedTime[] | undefined;
  /** In seconds. */
  readonly labelHorizon?: number | undefined;
  readonly out: string;
  readonly maxRejected?: number | undefined;
  readonly strict?: true | undefined;
  readonly delimiter?: string | undefined;
  readonly threads?: number | undefined;
  readonly memoryLimit?: string | undefined;
  readonly json?: true | undefined;
  /** Flags that it cannot obey. */
  readonly asOf?: unknown;
  readonly sessions?: unknown;
  readonly rejected?: unknown;
  readonly unreadable?: unknown;
  readonly excluded?: unknown;
  readonly printSql?: unknown;
}

/** Where the table goes unless told otherwise. */
const TABLE = 'data/training.csv';

/** Refuses the flags that mean nothing for a training table. @throws Failure `usage` */
const refuseIdleFlags = ({ asOf, sessions, rejected, unreadable, excluded, printSql }: TrainingFlags): void => {
  const given = firstGiven({
    '--as-of': asOf,
    '--sessions': sessions,
    '--rejected': rejected,
    '--unreadable': unreadable,
    '--excluded': excluded,
    '--print-sql': printSql,
  });
  if (given === undefined) return;
  throw new Failure(
    'usage',
    given === '--as-of'
      ? '--as-of and --at exclude each other: a training table has the features as of each --at'
      : `${given} cannot be used with --at: run gesture features without --at for it`,
  );
};

/**
 * Writes a training table.
 *
 * @param inputs the logs
 * @throws Failure `usage` if only one of the flags is there, and for input that cannot be used
 */
export const runTraining = async (inputs: readonly string[], config: Config, flags: TrainingFlags): Promise<void> => {
  const { at, labelHorizon, json } = flags;
  if (at === undefined || labelHorizon === undefined) {
    throw new Failure(
      'usage',
      '--at and --label-horizon go together: when people are ranked, and how long they have to convert',
    );
  }
  refuseIdleFlags(flags);
  const out = flags.out === FEATURES_FILE ? TABLE : flags.out;
  if (json && out === '-') throw new Failure('usage', 'only one of --out and --json can go to standard output');
  const [{ writeTraining }, { withEngine }, { checkOutputs, moveFile, print, replaceFiles, withScratch }] =
    await Promise.all([import('../engine/training.js'), import('../engine/duckdb/open.js'), import('../io/output.js')]);
  const read = config.path === undefined ? inputs : [...inputs, config.path];
  await checkOutputs([out], read);
  await withScratch(out, async (scratch) => {
    const file = join(scratch, 'training.csv');
    const request = {
      inputs,
      config,
      asOf: undefined,
      now: BigInt(Date.now()) * 1000n,
      maxRejected: flags.strict ? 0 : (flags.maxRejected ?? MAX_REJECTED),
      delimiter: flags.delimiter,
      unreadable: undefined,
      stdin: process.stdin,
      scratch,
      threads: flags.threads,
    };
    const cut = {
      at: at.map((time) => Number(endOf(time, config.events[0]?.timezone) / 1000n)),
      horizon: labelHorizon * 1000,
    };
    const limits = { threads: flags.threads, memoryLimit: flags.memoryLimit };
    const { accounts, windows, rows, positive } = await withEngine(scratch, limits, (engine) =>
      writeTraining(engine, request, cut, file),
    );
    await replaceFiles([{ path: out, write: (to) => moveFile(file, to) }], read);
    const leftOut = windows.leftOut.map(({ at: cutoff, why }) => ({ code: why, at: isoSecond(cutoff) }));
    if (json) {
      const cutoffs = windows.cutoffs.map(isoSecond);
      await print(`${toJson({ accounts, cutoffs, left_out: leftOut, rows, positive, out }, 2)}\n`);
    }
    const screen = screenOf(process.stderr);
    const lines = [
      accountsLine(accounts, config),
      `${counted(rows, 'row')} at ${counted(windows.cutoffs.length, 'cut-off')}; label is 1 in ${grouped(positive)}`,
      ...leftOut.map(({ code, at: cutoff }) =>
        code === 'short-window'
          ? `left out ${cutoff}: the log ends before the people there had their time to convert`
          : `left out ${cutoff}: the log has less than a horizon before it`,
      ),
      ...(out === '-' ? [] : labelled('wrote', out, screen)),
    ];
    process.stderr.write(`${lines.join('\n')}\n`);
  });
};

/** Prints, for each failure of `npm run test:long`, the one command that repeats it. */
import type { Reporter, TestCase } from 'vitest/node';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that repeats a test with the seed and the number of runs of this process. */
export const repeating = (file: string, name: string): string => {
  const { SEED = '', RUNS } = process.env;
  const runs = RUNS === undefined ? '' : ` RUNS=${RUNS}`;
  const pattern = quoted(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`);
  return `SEED=${SEED}${runs} npm run test:long -- ${file} -t ${pattern}`;
};

/** A Vitest reporter beside the usual one. */
export default class Repeat implements Reporter {
  private readonly commands: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.result().state !== 'failed') return;
    this.commands.push(repeating(test.module.relativeModuleId, test.fullName.replaceAll(' > ', ' ')));
  }

  onTestRunEnd(): void {
    if (this.commands.length > 0) process.stdout.write(`\nTo repeat a failure:\n${this.commands.join('\n')}\n`);
  }
}

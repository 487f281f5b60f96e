/** The result of a backtest, as far as a report shows it. */
import { z } from 'zod';
import { Failure } from '../model.js';

/** A number, which JSON writes as null if it is not known. */
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const estimate = z.object({ value: number, low: number, high: number });
const proportion = z.object({ open: z.number(), conversions: z.number(), rate: estimate });
const top = z.object({ share: z.number(), hits: estimate, lift: estimate });
const curve = z.array(number);

const schema = z.object({
  horizon_days: z.number(),
  config: z.string(),
  without: z.array(z.string()),
  shuffled: z.boolean(),
  cutoffs: z.array(z.object({ at: z.string(), open: z.number(), conversions: z.number() })),
  mean: z.object({ score: z.object({ auc: estimate, top: z.array(top), list: estimate }) }),
  verdict: z.object({ claim: z.enum(['none', 'worse', 'chance', 'level', 'better']), conversions: z.number() }),
  list: z.object({ people: z.number(), at_random: number }),
  labels: z.object({ high: proportion, medium: proportion, low: proportion }),
  bands: z.array(proportion.extend({ from: z.number() })),
  gains: z.object({ called: z.array(z.number()), score: curve, recent: curve, low: curve, high: curve }),
  says: z.object({ verdict: z.string(), doubts: z.array(z.string()) }),
});

/** What a report shows of a backtest; numbers that are not known are NaN. */
export type Evidence = z.infer<typeof schema>;

/** A measured value with its 95 % interval. */
export type Estimate = z.infer<typeof estimate>;

/** People of one kind, and how many of them converted. */
export type Proportion = z.infer<typeof proportion>;

/**
 * Reads what `gesture backtest` wrote.
 *
 * @param path for messages
 * @throws Failure `data` if it is something else, or of another version
 */
export const readEvidence = (text: string, path: string): Evidence => {
  const wrong = (why: string, cause?: unknown): Failure =>
    new Failure('data', `${path}: ${why}: run gesture backtest again, or name another file with --backtest`, { cause });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw wrong('not JSON', error);
  }
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw wrong(`not the result of this version of gesture backtest (${issue?.path.join('.') ?? ''})`, read.error);
};

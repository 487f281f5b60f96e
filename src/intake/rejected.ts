/** rejected_events.csv: every rejected record with its line, the reason and its text. */
import { stringify } from 'csv-stringify/sync';
import type { Fault } from './locate.js';

/** The file as text, in pieces; only a header if nothing was rejected. */
export function* rejectedCsv(faults: readonly Fault[]): Generator<string> {
  yield 'line,column,reason,raw,file\n';
  for (let at = 0; at < faults.length; at += 1000) {
    yield stringify(faults.slice(at, at + 1000).map((f) => [f.line || '', f.column, f.reason, f.raw, f.file]));
  }
}

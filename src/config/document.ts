/** Parses YAML to plain values and remembers where each stands, so that messages can point at it. */
import {
  type ErrorCode,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';

/** A problem in a config file, and where it is. */
export interface Problem {
  /** The keys and list positions that lead to it. */
  readonly path: readonly PropertyKey[];
  /** The rule and the fix, without the place. */
  readonly message: string;
  /** Point at the key of the entry rather than at its value. */
  readonly atKey?: boolean;
  /** Where it is in the text, if it has no path: an error in the YAML itself. */
  readonly offset?: number | undefined;
}

/** Problems at a place of the settings. */
export const at = (...path: PropertyKey[]) => ({
  /** A problem with the value. */
  is: (message: string): Problem => ({ path, message }),
  /** A problem with the key. */
  named: (message: string): Problem => ({ path, message, atKey: true }),
});

/** Where a problem is; lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** Characters to underline. */
  readonly length: number;
}

/** A config file, parsed. */
export interface ConfigDocument {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  readonly positionOf: (problem: Problem) => Position;
}

/** The deepest nesting that is accepted; the deepest setting needs six levels. */
const DEEPEST = 12;

const FAULTS: Partial<Record<ErrorCode, string>> = {
  RESOURCE_EXHAUSTION: 'is nested too deeply',
};

const keyText = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : '');

const offsetOf = (node: unknown): readonly [number, number] | undefined => {
  const range = isNode(node) ? node.range : undefined;
  return range ? [range[0], range[1]] : undefined;
};

/** The plain value of a node. Refuses what no config file needs: aliases, deep nesting, `__proto__`. */
const plain = (node: unknown, path: readonly PropertyKey[], problems: Problem[]): unknown => {
  if (path.length > DEEPEST) {
    problems.push({ path, message: `is nested more than ${DEEPEST} levels deep` });
    return undefined;
  }
  if (isAlias(node)) {
    problems.push({ path, message: 'is an alias (*), which gesture does not support: repeat the value instead' });
    return undefined;
  }
  if (isSeq(node)) return node.items.map((item, i) => plain(item, [...path, i], problems));
  if (!isMap(node)) return isScalar(node) ? node.value : null;
  const entries: [string, unknown][] = [];
  const seen = new Set<string>();
  for (const pair of node.items) {
    const key = keyText(pair);
    // The parser's own check for duplicate keys can be made to take minutes.
    if (seen.has(key)) problems.push({ path, message: 'duplicate key: keep one', offset: offsetOf(pair.key)?.[0] });
    seen.add(key);
    if (key === '__proto__') problems.push({ path: [...path, key], message: 'unknown key', atKey: true });
    else entries.push([key, plain(pair.value, [...path, key], problems)]);
  }
  return Object.fromEntries(entries);
};

const pairOf = (map: YAMLMap, key: PropertyKey): Pair | undefined => map.items.find((pair) => keyText(pair) === key);

/** Parses a config file. Never throws: errors are in `problems`. */
export const parseConfigText = (text: string): ConfigDocument => {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
  });
  const problems: Problem[] = [...document.errors, ...document.warnings].map((fault) => ({
    path: [],
    message: FAULTS[fault.code] ?? fault.message,
    offset: fault.pos[0],
  }));
  const value = problems.length > 0 ? undefined : plain(document.contents, [], problems);

  const rangeOf = ({ path, atKey }: Problem): readonly [number, number] => {
    let node: unknown = document.contents;
    let range = offsetOf(node) ?? [0, 1];
    for (const [depth, step] of path.entries()) {
      const pair = isMap(node) ? pairOf(node, step) : undefined;
      const next: unknown = isSeq(node) ? node.items[Number(step)] : pair?.value;
      const target = pair && (atKey || isMap(next) || isSeq(next)) ? pair.key : next;
      const found = offsetOf(depth === path.length - 1 ? target : (pair?.key ?? next)) ?? offsetOf(pair?.key);
      if (!found) break;
      [node, range] = [next, found];
    }
    return range;
  };
  const positionOf = (problem: Problem): Position => {
    const [from, to] = problem.offset === undefined ? rangeOf(problem) : [problem.offset, problem.offset + 1];
    const { line, col } = lines.linePos(from);
    return { line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, to - from) };
  };
  return { value, problems, positionOf };
};

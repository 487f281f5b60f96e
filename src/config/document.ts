/** YAML as plain values, with the place of each: so that a message can point at what is wrong. */
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

/** Something wrong in a config file, and where. */
export interface Problem {
  /** Keys and list positions down to it. */
  readonly path: readonly PropertyKey[];
  /** `weights.signupz: unknown feature` without the place: a sentence that says the rule and the fix. */
  readonly message: string;
  /** Point at the name of the entry rather than at its value. */
  readonly atKey?: boolean;
  /** Characters from the start of the text, where there is no path yet (a fault in the YAML itself). */
  readonly offset?: number | undefined;
}

/** Where a problem is: line and column from 1. */
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

/** Levels that a config file may nest; what we read needs six. */
const DEEPEST = 12;

const FAULTS: Partial<Record<ErrorCode, string>> = {
  RESOURCE_EXHAUSTION: 'is nested too deeply',
};

const keyText = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : '');

const offsetOf = (node: unknown): readonly [number, number] | undefined => {
  const range = isNode(node) ? node.range : undefined;
  return range ? [range[0], range[1]] : undefined;
};

/** From a node to a plain value. Refuses what a config file has no use for: aliases, deep nesting, `__proto__`. */
const plain = (node: unknown, path: readonly PropertyKey[], problems: Problem[]): unknown => {
  if (path.length > DEEPEST) {
    problems.push({ path, message: `is nested more than ${DEEPEST} levels deep` });
    return undefined;
  }
  if (isAlias(node)) {
    problems.push({ path, message: 'is an alias (*): write the value out, a config file has no aliases' });
    return undefined;
  }
  if (isSeq(node)) return node.items.map((item, i) => plain(item, [...path, i], problems));
  if (!isMap(node)) return isScalar(node) ? node.value : null;
  const entries: [string, unknown][] = [];
  const seen = new Set<string>();
  for (const pair of node.items) {
    const key = keyText(pair);
    // The parser's own search for double keys takes minutes in a file made for that.
    if (seen.has(key))
      problems.push({ path, message: 'this key is there twice: keep one', offset: offsetOf(pair.key)?.[0] });
    seen.add(key);
    if (key === '__proto__') problems.push({ path: [...path, key], message: 'unknown key', atKey: true });
    else entries.push([key, plain(pair.value, [...path, key], problems)]);
  }
  return Object.fromEntries(entries);
};

const pairOf = (map: YAMLMap, key: PropertyKey): Pair | undefined => map.items.find((pair) => keyText(pair) === key);

/** Parses a config file. Never throws: what is wrong is in `problems`. */
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
      const at = pair && (atKey || isMap(next) || isSeq(next)) ? pair.key : next;
      const found = offsetOf(depth === path.length - 1 ? at : (pair?.key ?? next)) ?? offsetOf(pair?.key);
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

/** Types of columns in ClickHouse, and the types of what is within them. */
import { literal, quoted } from './clickhouseText.js';

/** A type without what it is wrapped in. */
export interface Shape {
  readonly base: string;
  readonly nullable: boolean;
}

/** SQL of a value, and its type. */
export interface TypedValue {
  readonly sql: string;
  readonly shape: Shape;
}

/** The shape of a type. */
export const shapeOf = (type: string, nullable = false): Shape => {
  const [, wrapper, inner] = /^(Nullable|LowCardinality|SimpleAggregateFunction)\((?:\w+, )?(.*)\)$/s.exec(type) ?? [];
  if (inner === undefined) return { base: type, nullable };
  return shapeOf(inner, nullable || wrapper === 'Nullable');
};

/** The arguments of a type, at the commas that are within nothing else. */
const argumentsOf = (type: string): string[] => {
  const inner = /^\w+\((.*)\)$/s.exec(type)?.[1] ?? '';
  const parts = [''];
  let depth = 0;
  for (const [token] of inner.matchAll(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|./gs)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts.map((part) => part.trim());
};

/** The name and the type of an element, such as `id Nullable(String)`; an element without a name is called by its number. */
const elementOf = (part: string, nth: number): { name: string; type: string } => {
  const [, ticked, plain, type = ''] = /^(?:`((?:[^`\\]|\\.)*)`|(\w+)) (.*)$/s.exec(part) ?? [];
  if (type === '') return { name: `${nth + 1}`, type: part };
  return { name: plain ?? (ticked ?? '').replaceAll(/\\(.)/gs, '$1'), type };
};

const isNested = ({ base }: Shape): boolean => /^(Tuple|Map|Array|Nested|JSON|Object|Variant|Dynamic)/.test(base);

/** A value as text, as JSON lines spell it; instants in UTC. */
export const textOf = ({ sql, shape: { base } }: TypedValue): string => {
  if (base === 'String') return sql;
  if (base.startsWith('DateTime')) return `toString(toTimeZone(${sql}, 'UTC'))`;
  // Shorter text is filled with NUL up to the length of the type.
  return base.startsWith('FixedString') ? `trim(TRAILING '\\0' FROM toString(${sql}))` : `toString(${sql})`;
};

/** The text that keys lead to in text that is JSON; unknown if there is none. */
const withinJson = (value: TypedValue, keys: readonly string[]): TypedValue => {
  const at = [textOf(value), ...keys.map(literal)].join(', ');
  const sql = `CASE toString(JSONType(${at})) WHEN 'Null' THEN '' WHEN 'String' THEN JSONExtractString(${at}) ELSE JSONExtractRaw(${at}) END`;
  return { sql, shape: { base: 'String', nullable: value.shape.nullable } };
};

/** The value that keys lead to within another, with its own type. What a map or JSON lacks is unknown. */
export const within = (value: TypedValue, keys: readonly string[]): TypedValue => {
  const [first, ...rest] = keys;
  if (first === undefined) return value;
  const { sql, shape } = value;
  if (shape.base.startsWith('Tuple(')) {
    const found = argumentsOf(shape.base)
      .map(elementOf)
      .find(({ name }) => name === first);
    const element = { sql: `${sql}.${quoted(first)}`, shape: shapeOf(found?.type ?? 'String', shape.nullable) };
    return within(element, rest);
  }
  if (shape.base.startsWith('Map(')) {
    const inside = shapeOf(argumentsOf(shape.base)[1] ?? 'String');
    const at = `${sql}[${literal(first)}]`;
    if (isNested(inside)) return within({ sql: at, shape: inside }, rest);
    // A key that is not there would be 0, 1970 or no text otherwise.
    const known = `if(mapContains(${sql}, ${literal(first)}), ${at}, NULL)`;
    return within({ sql: known, shape: { ...inside, nullable: true } }, rest);
  }
  if (/^(JSON|Object|Nested)/.test(shape.base)) {
    const typed = argumentsOf(shape.base)
      .map(elementOf)
      .find(({ name }) => name === keys.join('.'));
    const inside = typed === undefined ? { base: 'Dynamic', nullable: true } : shapeOf(typed.type);
    return { sql: `${sql}.${keys.map(quoted).join('.')}`, shape: inside };
  }
  return withinJson(value, keys);
};

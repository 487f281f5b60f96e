/** Time zones by their IANA names: the instant of a local time. */

/** True if this is the name of a time zone. */
export const isTimeZone = (name: string): boolean => {
  try {
    // Node also takes offsets such as +01:00, which the engine does not.
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '' && /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
};

/** What clocks of a zone show at an instant, as if it were UTC; both in milliseconds since 1970. */
const localTime = (zone: string, instant: number): number => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const part = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const at = (name: Intl.DateTimeFormatPartTypes): number => part.get(name) ?? 0;
  return Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'));
};

/**
 * The instant at which clocks of a zone show a local time; the later one if they show it twice.
 *
 * @param local milliseconds since 1970 as if it were UTC, whole seconds
 */
export const instantIn = (zone: string, local: number): number => {
  // The offset changes at most once within a day.
  const offsets = [local - 86_400_000, local + 86_400_000].map((near) => localTime(zone, near) - near);
  const found = offsets.map((offset) => local - offset).filter((instant) => localTime(zone, instant) === local);
  return found.length > 0 ? Math.max(...found) : local - Math.min(...offsets);
};

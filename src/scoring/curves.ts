/** Curves: from the raw value of a feature to a share of its points. */
import type { Curve } from '../catalogue/weights.js';
import { grouped } from '../text/numbers.js';

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

/**
 * A curve as a function from a known value to a share between 0 and 1. Never NaN for a number, however large; values
 * below 0 count as 0. All curves rise except `half_life`, which falls.
 */
export const shareBy = (curve: Curve): ((value: number) => number) => {
  if ('binary' in curve) return (value) => (value > 0 ? 1 : 0);
  if ('saturates_at' in curve) return (value) => clamp(value / curve.saturates_at);
  if ('log_full_at' in curve) {
    const full = Math.log1p(curve.log_full_at);
    return (value) => clamp(Math.log1p(Math.max(0, value)) / full);
  }
  if ('half_life' in curve) return (value) => clamp(2 ** (-Math.max(0, value) / curve.half_life));
  curve satisfies { readonly rate: true };
  return clamp;
};

/** Where a curve is full: as in the settings, with thousands grouped. */
const full = (at: number): string => (at < 1000 ? String(at) : grouped(at));

/** A curve in words, for tables and for `gesture explain`: "linear, full at 7". */
export const curveWords = (curve: Curve): string => {
  if ('binary' in curve) return 'all at once';
  if ('saturates_at' in curve) return `linear, full at ${full(curve.saturates_at)}`;
  if ('log_full_at' in curve) return `logarithmic, full at ${full(curve.log_full_at)}`;
  if ('half_life' in curve) return `halves every ${curve.half_life === 1 ? 'day' : `${curve.half_life} days`}`;
  curve satisfies { readonly rate: true };
  return 'in proportion';
};

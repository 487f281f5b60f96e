import { describe, expect, it } from 'vitest';
import { candidatesOf } from '../../src/backtest/candidates.js';
import { eventOf } from '../../src/catalogue/conditions.js';
import type { Feature, Features } from '../../src/catalogue/measures.js';
import { type Config, defaultConfig } from '../../src/config/settings.js';

const once: Parameters<typeof candidatesOf>[1] = { again: false, without: [] };

const own = (is: Feature['is'] & { op: 'countWhere' | 'count' | 'daysSinceFirst' | 'distinct' }): Feature => ({
  from: 'events',
  is,
  unit: 'events',
  says: 'of our own',
});

const withFeatures = (features: Features, conversion?: readonly string[]): Config => {
  const { converted, ...others } = defaultConfig.features;
  if (converted === undefined) throw new Error('converted is missing');
  const did: Feature = {
    ...own({ op: 'count' }),
    from: 'events',
    is: { op: 'did', allOf: [], anyOf: (conversion ?? []).map(eventOf) },
  };
  return { ...defaultConfig, features: { ...others, ...features, converted: conversion ? did : converted } };
};

const namesOf = (config: Config, options = once): string[] =>
  candidatesOf(config, options).map(({ feature }) => feature);

describe('the candidates for tune', () => {
  it('are the signals with their curves and signs, and every other number', () => {
    const found = candidatesOf(defaultConfig, once);
    expect(found).toContainEqual({ feature: 'signups', kind: 'amount', sign: 1, curve: { binary: true } });
    expect(found).toContainEqual({ feature: 'days_since_last_event', kind: 'age', sign: 1, curve: { half_life: 7 } });
    expect(found).toContainEqual({ feature: 'spam_rate', kind: 'amount', sign: -1, curve: { rate: true } });
    expect(found).toContainEqual({ feature: 'chat_messages', kind: 'amount', sign: 1 });
    const names = found.map(({ feature }) => feature);
    for (const text of ['username', 'gender', 'primary_device', 'last_event_ts', 'converted']) {
      expect(names).not.toContain(text);
    }
  });

  it('take a signal that is shown, not scored, for a feature without a weight', () => {
    expect(candidatesOf(defaultConfig, once)).toContainEqual({ feature: 'bounce_rate', kind: 'amount', sign: 1 });
  });

  it('count what a penalty is a share of as a penalty', () => {
    expect(candidatesOf(defaultConfig, once)).toContainEqual({ feature: 'spam_sessions', kind: 'amount', sign: -1 });
  });

  it('leave out what reveals gender, what is measured twice, and what --without names', () => {
    const config = withFeatures({
      genders: own({ op: 'distinct', column: 'gender' }),
      chats_too: own({ op: 'countWhere', column: 'event_type', equals: 'chat_message' }),
      signups_too: own({ op: 'countWhere', column: 'event_type', equals: 'signup' }),
      since_first: own({ op: 'daysSinceFirst' }),
    });
    const names = namesOf(config, { again: false, without: ['page_views'] });
    for (const out of ['genders', 'chats_too', 'signups_too', 'page_views']) expect(names).not.toContain(out);
    expect(candidatesOf(config, once)).toContainEqual({ feature: 'since_first', kind: 'age', sign: 1 });
  });

  it('leave out counts of events that convert by themselves, unless repeat conversions count', () => {
    const config = withFeatures({}, ['signup', 'calendar_booking']);
    expect(namesOf(config)).not.toContain('signups');
    expect(namesOf(config, { again: true, without: [] })).toContain('signups');
    // By default it takes both, so that one is a sign of the other.
    expect(namesOf(defaultConfig)).toContain('signups');
  });
});

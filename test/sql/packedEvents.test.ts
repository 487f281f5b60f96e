/** What events are told to sessions in 64 bits, and when that is not enough. */
import { describe, expect, it } from 'vitest';
import { packEvents } from '../../src/sql/packedEvents.js';
import { SESSION_FLAGS, type SessionFacts } from '../../src/sql/sessions.js';

const flags = new Set(SESSION_FLAGS);
const facts: SessionFacts = {
  ids: 'given',
  flags,
  completeFlags: flags,
  hasDevice: true,
  devices: ['desktop', 'mobile'],
  timeoutMinutes: 30,
  speed: false,
};
const nothing = { times: false, ids: false };
const named = (n: number): string[] => Array.from({ length: n }, (_, i) => `device ${10 + i}`);

describe('a digest', () => {
  it.each<[string, Partial<SessionFacts>, { times: boolean; ids: boolean }]>([
    ['some sessions have an id and others none', { ids: 'mixed' }, nothing],
    ['the name or the order of ids matters', {}, { times: false, ids: true }],
    ['a flag is empty here and there', { completeFlags: new Set(['spam_flag']) }, nothing],
    ['it is unknown what devices are called', { devices: [] }, nothing],
    ['there are more devices than places', { devices: named(15) }, nothing],
  ])('is none where %s', (_, change, asked) => {
    expect(packEvents({ ...facts, ...change }, asked)).toBeUndefined();
  });

  it.each<[string, Partial<SessionFacts>, { times: boolean; ids: boolean }, string]>([
    [
      'a hash of the id, where that is all',
      {},
      nothing,
      '((xor(hash(session_id), hash(substr(session_id, 5))) >> 7) << 7) | ',
    ],
    [
      'id and time, where times matter',
      {},
      { times: true, ids: false },
      '((xor(hash(session_id), hash(substr(session_id, 5)))::UHUGEINT << 64) | ',
    ],
    [
      'id and time, where flags are derived',
      { flags: new Set(), completeFlags: new Set() },
      nothing,
      '((xor(hash(session_id), hash(substr(session_id, 5)))::',
    ],
    ['the time, where there are no ids', { ids: 'none' }, { times: true, ids: true }, '(epoch_us(t)::UBIGINT << 7) | '],
    [
      'a place for each of fourteen devices',
      { devices: named(14) },
      nothing,
      '((xor(hash(session_id), hash(substr(session_id, 5))) >> 7) << 7) | ',
    ],
  ])('begins with %s', (_, change, asked, begins) => {
    expect(packEvents({ ...facts, ...change }, asked)?.of.slice(0, begins.length)).toBe(begins);
  });
});
